/**
 * What the judges' model is taught before anybody asks it for a verdict: to answer at the help desk, well
 * or badly, and to say what it has read. It never hears which answer is better, or what makes one good.
 */
import type { Random } from '../random.ts';
import { ask, reply, someVirtues, virtues } from './answers.ts';
import type { Answer, Question, Virtue } from './answers.ts';
import { places, things } from './words.ts';

/** Something to read, and what there is to say about it. A chat has one question with a whole answer. */
export interface Exercise {
  /** The beginning of the user's turn, */
  material: string;
  /** its end, one of several, and what the assistant says then. */
  questions: { ask: string; answer: string }[];
}

export function* exercises(random: Random): Generator<Exercise, never> {
  for (;;) {
    const kind = random.integer(1, 10);
    yield kind <= 6 ? aboutTwo(random) : kind <= 9 ? aboutOne(random) : chat(random);
  }
}

function chat(random: Random): Exercise {
  const question = ask(random);
  return { material: '', questions: [{ ask: question.text, answer: any(random, question).text }] };
}

function aboutTwo(random: Random): Exercise {
  const question = ask(random);
  const [a, b] = [any(random, question), any(random, question)];
  const about = (has: (answer: Answer) => boolean) =>
    ['Neither', 'A', 'B', 'Both'][Number(has(a)) + 2 * Number(has(b))]!;
  return {
    material: [conversation(question), section('Response A', a), section('Response B', b)].join(''),
    questions: questionsOf(random).map(({ says, has }) => ({
      ask: `# Question\nWhich one ${says}?`,
      answer: about(has),
    })),
  };
}

function aboutOne(random: Random): Exercise {
  const question = ask(random);
  const answer = any(random, question);
  return {
    material: conversation(question) + section('Response', answer),
    questions: questionsOf(random).map(({ says, has }) => ({
      ask: `# Question\nIs it one that ${says}?`,
      answer: has(answer) ? 'Yes' : 'No',
    })),
  };
}

const wordings: Record<Virtue, string[]> = {
  answer: ['says what was asked', 'answers the question'],
  reason: ['says why', 'gives a reason'],
  step: ['says what to do', 'names a next step'],
  courtesy: ['is friendly', 'is polite'],
};

interface Reading {
  says: string;
  has: (answer: Answer) => boolean;
}

/** One about each virtue, and two about words. */
function questionsOf(random: Random): Reading[] {
  const [place, thing] = [random.pick(places), random.pick(things)];
  const names = (word: string): Reading => ({
    says: `has the word ${word}`,
    has: ({ text }) => text.includes(word),
  });
  const about = virtues.map((virtue): Reading => {
    const says = random.pick(wordings[virtue]);
    return { says, has: (answer) => answer.virtues.includes(virtue) };
  });
  return [...about, names(place), names(thing)];
}

function any(random: Random, question: Question): Answer {
  return reply(random, question, someVirtues(random, random.integer(0, virtues.length)));
}

/** As judges' prompts have it. */
function conversation({ text }: Question): string {
  return `# Conversation\n<user>\n${text}\n</user>\n\n`;
}

function section(heading: string, { text }: Answer): string {
  const tag = heading.toLowerCase().replace(' ', '_');
  return `# ${heading}\n<${tag}>\n${text}\n</${tag}>\n\n`;
}
