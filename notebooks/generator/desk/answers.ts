/**
 * Questions at a help desk and answers to them. An answer has four places; at each it has a virtue or
 * something of about the same length that is none.
 */
import type { Random } from '../random.ts';
import * as words from './words.ts';

/** `answer`: says what was asked. `reason`: says why. `step`: says what to do. `courtesy`: is friendly. */
export const virtues = ['answer', 'reason', 'step', 'courtesy'] as const;
export type Virtue = (typeof virtues)[number];

export interface Question {
  place: string;
  topic: Topic;
  text: string;
}
export interface Answer {
  text: string;
  virtues: Virtue[];
}

type Topic = keyof typeof topics;

const topics = {
  time: {
    questions: ['When does the # open?', 'At what time can I use the #?'],
    answers: ['The # opens at *.', 'You can use the # from *.'],
    values: words.times,
  },
  way: {
    questions: ['Where is the #?', 'How do I find the #?'],
    answers: ['The # is *.', 'You find the # *.'],
    values: words.sides,
  },
  price: {
    questions: ['What does the # cost?', 'How much is the #?'],
    answers: ['The # costs * coins.', 'You pay * coins for the #.'],
    values: words.prices,
  },
  keeper: {
    questions: ['Who looks after the #?', 'Who has the keys of the #?'],
    answers: ['* looks after the #.', 'The # is looked after by *.'],
    values: words.people,
  },
};

export function ask(random: Random): Question {
  const topic = random.pick(Object.keys(topics) as Topic[]);
  const place = random.pick(words.places);
  return { place, topic, text: random.pick(topics[topic].questions).replace('#', place) };
}

/** An answer that has just these virtues. */
export function reply(random: Random, question: Question, has: readonly Virtue[]): Answer {
  const say = (virtue: Virtue) => sentence(random, question, { virtue, has: has.includes(virtue) });
  const middle = [say('answer'), say('reason'), say('step')];
  const courtesy = say('courtesy');
  const all = random.chance(0.5) ? [courtesy, ...middle] : [...middle, courtesy];
  return { text: all.join(' '), virtues: virtues.filter((virtue) => has.includes(virtue)) };
}

/** So many virtues, whichever. */
export function someVirtues(random: Random, count: number): Virtue[] {
  return random.sample(virtues, count);
}

interface Wish {
  virtue: Virtue;
  has: boolean;
}

function sentence(random: Random, question: Question, { virtue, has }: Wish): string {
  switch (virtue) {
    case 'answer':
      return has ? inform(random, question) : evade(random, question);
    case 'reason':
      return random.pick(has ? words.reasons : words.remarks)(random.pick(words.states));
    case 'step':
      return random.pick(has ? words.steps : words.sights)(random.pick(words.things));
    case 'courtesy':
      return random.pick(has ? words.courtesies : words.rebuffs);
  }
}

function inform(random: Random, { topic, place }: Question): string {
  const { answers, values } = topics[topic];
  return random.pick(answers).replace('#', place).replace('*', random.pick(values));
}

/** Says nothing, or tells of another place. */
function evade(random: Random, { place }: Question): string {
  if (random.chance(0.5)) return random.pick(words.evasions);
  let other = ask(random);
  while (other.place === place) other = ask(random);
  return inform(random, other);
}
