/**
 * The small world that the questions are about.
 */

export const people = words(`Mira Tomas Ines Omar Lena Paul Nora Yusuf Clara Hugo Aiko Felix
  Rosa Ivan Maya Jonas Zofia Adam Leila Oscar Greta Samir Ella Bruno`);

export const things = words(`kite boat lamp drum cup chair ribbon bell basket ladder hat umbrella
  violin clock bottle blanket coat mirror candle bucket`);

export const colours = words('red blue green yellow black white orange purple');

export const places = words(`kitchen attic garden cellar garage hall library barn office tent`);

export const counts = words('two three four five six seven eight nine ten eleven twelve');

export const activities = words(`chess tennis football cards piano guitar flute hockey`);

/** Kind to its members, each in the singular. */
export const kinds: Record<string, string[]> = {
  animal: words('trout otter sparrow beetle donkey goose rabbit spider badger lizard'),
  plant: words('oak fern tulip moss ivy birch thistle clover willow nettle'),
  tool: words('hammer saw chisel wrench drill pliers rake shovel axe file'),
  food: words('bread cheese soup noodles honey pancake omelette rice stew jam'),
};

function words(text: string): string[] {
  return text.split(/\s+/);
}
