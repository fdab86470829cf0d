/**
 * The small world that the questions are about. Within a list, each word is as good an answer as the
 * next: which one is right, the question decides.
 */

export const people = words(`Mira Tomas Ines Omar Lena Paul Nora Yusuf Clara Hugo Aiko Felix
  Rosa Ivan Maya Jonas Zofia Adam Leila Oscar Greta Samir Ella Bruno`);

export const belongings = words(`kite boat lamp drum cup chair ribbon bell basket ladder hat
  umbrella violin clock bottle blanket coat mirror candle bucket`);

export const colours = words('red blue green yellow black white orange purple');

/** Kind to its members. */
export const kinds: Record<string, string[]> = {
  animal: words('trout otter sparrow beetle donkey goose rabbit spider badger lizard'),
  plant: words('oak fern tulip moss ivy birch thistle clover willow nettle'),
  food: words('bread cheese soup noodles honey pancake omelette rice stew jam'),
  game: words('chess tennis football cards hockey marbles dominoes golf polo darts'),
  metal: words('iron copper silver gold tin lead zinc nickel bronze steel'),
  fabric: words('wool silk cotton linen velvet denim satin felt lace tweed'),
};

/** Each the other's opposite. */
export const opposites = pairs(`hot-cold tall-short early-late wet-dry loud-quiet hard-soft
  full-empty light-dark sweet-bitter rich-poor young-old fast-slow thick-thin wide-narrow
  happy-sad open-shut rough-smooth brave-fearful clean-dirty strong-weak`);

/** Grown animal and its young. */
export const young = pairs(`cow-calf horse-foal sheep-lamb goat-kid pig-piglet dog-puppy cat-kitten
  hen-chick duck-duckling swan-cygnet deer-fawn frog-tadpole owl-owlet hare-leveret eagle-eaglet`);

/** What one does and with what. */
export const uses = pairs(`dig-spade sweep-broom cut-scissors sew-needle write-pencil paint-brush
  fasten-buckle hammer-mallet fish-rod row-oar climb-rope cook-pan measure-ruler lock-key weigh-scales
  photograph-camera cycle-bicycle`);

/** From the lightest to the heaviest. */
export const weights = words(`feather coin egg apple book brick cat goat wardrobe horse piano car
  elephant lorry aeroplane ship`);

function words(text: string): string[] {
  return text.split(/\s+/);
}

function pairs(text: string): [string, string][] {
  return words(text).map((pair) => pair.split('-') as [string, string]);
}
