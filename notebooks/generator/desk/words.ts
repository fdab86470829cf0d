/**
 * What is said at the help desk of a leisure centre. Every sentence has its place in an answer and is
 * there in two kinds: with the virtue of that place, and without it.
 */
export const places = [
  ...['pool', 'sauna', 'library', 'workshop', 'boathouse', 'studio', 'kitchen', 'garden'],
  ...['gym', 'cinema', 'bakery', 'court', 'rink', 'theatre', 'museum', 'tower'],
];

export const times = ['eight', 'nine', 'ten', 'noon', 'two', 'three', 'five', 'six'];
export const sides = [
  ...['behind the gate', 'beside the lift', 'on the roof', 'in the yard'],
  ...['under the stairs', 'across the street'],
];
export const prices = ['two', 'three', 'five', 'six', 'eight', 'nine'];
export const people = ['Ana', 'Bela', 'Carl', 'Dora', 'Emil', 'Frida', 'Georg', 'Hana'];

/** States of things. They are no reason until something says that they are one. */
export const states = [
  ...['the roof is new', 'the staff is small', 'the lamps are old', 'the week was quiet'],
  ...['the water is warm', 'the school is near', 'the floor is wet', 'the clock is slow'],
];
export const reasons: readonly ((state: string) => string)[] = [
  (state) => `That is because ${state}.`,
  (state) => `The reason is that ${state}.`,
  (state) => `It is so since ${state}.`,
];
export const remarks: readonly ((state: string) => string)[] = [
  (state) => `By the way, ${state}.`,
  (state) => `Some say that ${state}.`,
  (state) => `As you see, ${state}.`,
];

/** What one can do something with. */
export const things = ['card', 'form', 'key', 'ticket', 'list', 'badge'];
export const steps: readonly ((thing: string) => string)[] = [
  (thing) => `Now take a ${thing} from the desk.`,
  (thing) => `Next, show us your ${thing}.`,
  (thing) => `Then ask Ivo for the ${thing}.`,
  (thing) => `First sign the ${thing} here.`,
];
export const sights: readonly ((thing: string) => string)[] = [
  (thing) => `There is a ${thing} on the desk.`,
  (thing) => `Somebody lost a ${thing} here.`,
  (thing) => `Ivo has made another ${thing}.`,
  (thing) => `This is not your ${thing}.`,
];

export const courtesies = [
  ...['Thank you for asking.', 'We are glad to help.', 'You are always welcome.'],
  ...['Have a lovely day.', 'Nice to hear from you.'],
];
export const rebuffs = [
  ...['You should know that.', 'We are busy today.', 'You are not the first.'],
  ...['Do not ask twice.', 'Hear it from others.'],
];

export const evasions = [
  ...['That is hard to say.', 'Who could know such a thing?', 'It depends, as always.'],
  ...['Opinions differ on that.', 'Let us not speak of it.'],
];
