/**
 * Makes questions. Every answer of a topic is right for some questions and wrong for others, so that
 * only the question tells them apart.
 */
import type { Random } from './random.ts';
import { activities, colours, counts, kinds, people, places, things } from './words.ts';

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
    const [thing, other] = random.sample(things, 2) as [string, string];
    const values = three(random, colours);
    return read(random, [`the ${thing} is ${values[0]}`, `the ${other} is ${values[1]}`], {
      questions: [`What colour is the ${thing}?`, `Which colour does the ${thing} have?`],
      answers: [(v) => `It is ${v}.`, (v) => `The ${thing} is ${v}.`, (v) => `The colour is ${v}.`],
      values,
    });
  },

  place(random) {
    const [thing, other] = random.sample(things, 2) as [string, string];
    const values = three(random, places);
    const facts = [`the ${thing} is in the ${values[0]}`, `the ${other} is in the ${values[1]}`];
    return read(random, facts, {
      questions: [`Where is the ${thing}?`, `In which place is the ${thing}?`],
      answers: [
        (v) => `It is in the ${v}.`,
        (v) => `The ${thing} is in the ${v}.`,
        (v) => `Look in the ${v}.`,
      ],
      values,
    });
  },

  owner(random) {
    const [thing, other] = random.sample(things, 2) as [string, string];
    const values = three(random, people);
    return read(random, [`${values[0]} has the ${thing}`, `${values[1]} has the ${other}`], {
      questions: [`Who has the ${thing}?`, `Whose is the ${thing}?`],
      answers: [
        (v) => `It is ${v}.`,
        (v) => `The ${thing} belongs to ${v}.`,
        (v) => `I would ask ${v}.`,
      ],
      values,
    });
  },

  game(random) {
    const [person, other] = random.sample(people, 2) as [string, string];
    const values = three(random, activities);
    return read(random, [`${person} plays ${values[0]}`, `${other} plays ${values[1]}`], {
      questions: [`What does ${person} play?`, `What is it that ${person} plays?`],
      answers: [
        (v) => `${person} plays ${v}.`,
        (v) => `That would be ${v}.`,
        (v) => `The answer is ${v}.`,
      ],
      values,
    });
  },

  count(random) {
    const [thing, other] = random.sample(things, 2) as [string, string];
    const values = three(random, counts);
    const facts = [`there are ${values[0]} ${thing}s`, `there are ${values[1]} ${other}s`];
    return read(random, facts, {
      questions: [`How many ${thing}s are there?`, `What is the number of ${thing}s?`],
      answers: [(v) => `There are ${v}.`, (v) => `I count ${v}.`, (v) => `The number is ${v}.`],
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
      answers: [(v) => `It is ${v}.`, (v) => `The ${word} one is ${v}.`, (v) => `That is ${v}.`],
      values: inOrder ? [one, two, absent] : [two, one, absent],
    });
  },

  age(random) {
    const [one, two, absent] = three(random, people);
    const [said, asked] = [random.pick(['older', 'younger']), random.pick(['older', 'younger'])];
    return phrase(random, {
      key: [one, said, two, asked].join(' '),
      questions: [
        `${one} is ${said} than ${two}. Who is ${asked}?`,
        `We know that ${one} is ${said} than ${two}. Which of them is ${asked}?`,
      ],
      answers: [(v) => `It is ${v}.`, (v) => `${v} is ${asked}.`, (v) => `It must be ${v}.`],
      values: said === asked ? [one, two, absent] : [two, one, absent],
    });
  },

  member(random) {
    const [kind, tempting, third] = three(random, Object.keys(kinds));
    const right = random.pick(kinds[kind]!);
    const [named, absent] = random.sample(kinds[tempting]!, 2) as [string, string];
    const options = random.shuffle([right, named, random.pick(kinds[third]!)]);
    const list = `${options[0]!}, ${options[1]!} or ${options[2]!}`;
    return phrase(random, {
      key: [kind, ...options.toSorted()].join(' '),
      questions: [
        `Which of these is a kind of ${kind}: ${list}?`,
        `Think of ${list}. Which is a kind of ${kind}?`,
      ],
      answers: [(v) => `It is ${v}.`, (v) => `I would say ${v}.`, (v) => `The ${kind} is ${v}.`],
      values: [right, named, absent],
    });
  },
};

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

function three(random: Random, from: readonly string[]): Three {
  return random.sample(from, 3) as Three;
}
