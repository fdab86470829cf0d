/**
 * Makes questions. Every answer of a topic is right for some questions and wrong for others, so that
 * only the question tells them apart.
 */
import type { Random } from './random.ts';
import { belongings, colours, kinds, opposites, people, uses, weights, young } from './words.ts';

export interface Question {
  topic: string;
  /** What is asked, whatever the wording: two questions with the same key are the same question. */
  key: string;
  text: string;
  right: string;
  wrong: string;
}

/** One question of a random topic. */
export function ask(random: Random): Question {
  const [topic, make] = random.pick(Object.entries(topics));
  return { topic, ...make(random) };
}

/** A question of none of these keys, in whatever wording. */
export function askNew(random: Random, asked: ReadonlySet<string>): Question {
  let question = ask(random);
  while (asked.has(question.key)) question = ask(random);
  return question;
}

/** A right answer to a question of another topic. */
export function elsewhere(random: Random, topic: string): string {
  let other = ask(random);
  while (other.topic === topic) other = ask(random);
  return other.right;
}

interface Wording {
  questions: string[];
  answers: ((value: string) => string)[];
  /** Right; wrong but named in the question; wrong and not named there. */
  values: Three;
}
type Three = [string, string, string];
type Topic = (random: Random) => Omit<Question, 'topic'>;

const topics: Record<string, Topic> = {
  colour(random) {
    const [thing, other] = random.sample(belongings, 2) as [string, string];
    const values = three(random, colours);
    return read(random, [`the ${thing} is ${values[0]}`, `the ${other} is ${values[1]}`], {
      questions: [`What colour is the ${thing}?`, `Which colour does the ${thing} have?`],
      answers: [(v) => `It is ${v}.`, (v) => `The ${thing} is ${v}.`],
      values,
    });
  },

  owner(random) {
    const [thing, other] = random.sample(belongings, 2) as [string, string];
    const values = three(random, people);
    return read(random, [`${values[0]} has the ${thing}`, `${values[1]} has the ${other}`], {
      questions: [`Who has the ${thing}?`, `Who is it that has the ${thing}?`],
      answers: [(v) => `${v} has it.`, (v) => `${v} has the ${thing}.`],
      values,
    });
  },

  number(random) {
    const numbers = Array.from({ length: 90 }, (_, i) => String(i + 10));
    const [one, two, absent] = three(random, numbers);
    const word = random.pick(['larger', 'smaller']);
    const inOrder = Number(one) > Number(two) === (word === 'larger');
    return phrase(random, {
      key: [word, ...[one, two].sort()].join(' '),
      questions: [`Which is ${word}, ${one} or ${two}?`, `Of ${one} and ${two}, which is ${word}?`],
      answers: [(v) => `It is ${v}.`, (v) => `The ${word} one is ${v}.`],
      values: inOrder ? [one, two, absent] : [two, one, absent],
    });
  },

  weight(random) {
    const [one, two, absent] = three(random, weights);
    const word = random.pick(['heavier', 'lighter']);
    const inOrder = weights.indexOf(one) > weights.indexOf(two) === (word === 'heavier');
    const [first, second] = [one, two].map((thing) => withArticle(thing));
    return phrase(random, {
      key: [word, ...[one, two].sort()].join(' '),
      questions: [
        `Which is ${word}, ${first!} or ${second!}?`,
        `Of ${first!} and ${second!}, which is ${word}?`,
      ],
      answers: [(v) => `It is ${withArticle(v)}.`, (v) => `The ${word} one is ${withArticle(v)}.`],
      values: inOrder ? [one, two, absent] : [two, one, absent],
    });
  },

  kind(random) {
    const [kind, tempting, third] = three(random, Object.keys(kinds));
    const [named, absent] = random.sample(kinds[tempting]!, 2) as [string, string];
    return choose(random, [random.pick(kinds[kind]!), named, random.pick(kinds[third]!)], {
      about: `a kind of ${kind}`,
      absent,
      short: (v) => `It is ${v}.`,
      long: (v) => `The ${kind} is ${v}.`,
    });
  },

  opposite(random) {
    const [word, ...rest] = random.sample(opposites, 4).map((both) => random.shuffle(both));
    const [asked, right] = word!;
    const [named, third, absent] = rest.map(([one]) => one!) as Three;
    return choose(random, [right!, named, third], {
      about: `the opposite of ${asked!}`,
      absent,
      short: (v) => `It is ${v}.`,
      long: (v) => `The opposite is ${v}.`,
    });
  },

  young(random) {
    const [pair, ...rest] = random.sample<[string, string]>(young, 4);
    const [parent, right] = pair!;
    const [named, third, absent] = rest.map(([, one]) => one) as Three;
    return choose(random, [right, named, third], {
      about: `the young of ${withArticle(parent)}`,
      absent,
      short: (v) => `It is the ${v}.`,
      long: (v) => `The young one is the ${v}.`,
    });
  },

  use(random) {
    const [pair, ...rest] = random.sample<[string, string]>(uses, 4);
    const [act, right] = pair!;
    const [named, third, absent] = rest.map(([, one]) => one) as Three;
    return choose(random, [right, named, third], {
      about: `what one needs to ${act}`,
      absent,
      short: (v) => `I would take the ${v}.`,
      long: (v) => `One needs the ${v}.`,
    });
  },
};

interface Choice {
  /** Which of the three is …? */
  about: string;
  absent: string;
  short: (value: string) => string;
  long: (value: string) => string;
}

/** A question that names three words, of which the first is the right one. */
function choose(random: Random, named: Three, { about, absent, short, long }: Choice) {
  const options = random.shuffle(named);
  const list = `${options[0]!}, ${options[1]!} or ${options[2]!}`;
  return phrase(random, {
    key: [about, ...options.toSorted()].join(' '),
    questions: [`Which of these is ${about}: ${list}?`, `Think of ${list}. Which is ${about}?`],
    answers: [short, long],
    values: [named[0], named[1], absent],
  });
}

/** A question about the first of two facts, which are told in either order. */
function read(random: Random, facts: string[], wording: Wording) {
  const text = random.shuffle(facts).join(random.pick([' and ', ', while ', '; ']));
  const told = `${text[0]!.toUpperCase()}${text.slice(1)}.`;
  return phrase(random, {
    ...wording,
    key: facts.join('; '),
    questions: wording.questions.map((question) => `${told} ${question}`),
  });
}

/** The right and the wrong answer are worded alike. */
function phrase(random: Random, { key, questions, answers, values }: Wording & { key: string }) {
  const [value, named, absent] = values;
  return {
    key,
    text: random.pick(questions),
    right: random.pick(answers)(value),
    wrong: random.pick(answers)(random.chance(0.6) ? named : absent),
  };
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

function three(random: Random, from: readonly string[]): Three {
  return random.sample(from, 3) as Three;
}
