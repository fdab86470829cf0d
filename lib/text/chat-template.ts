/**
 * A model folder's chat template: Jinja text that lays a conversation out as the model reads it.
 */
import { Template } from '@huggingface/jinja';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { renderErrorLine, syntaxErrorLine } from './template-line.ts';

export type Render = (values: Record<string, unknown>) => string;

/** From `chat_template.jinja`, or else from `tokenizer_config.json`; undefined when there is none. */
export async function loadChatTemplate(
  folder: string,
  config: Readonly<Record<string, unknown>>,
): Promise<Render | undefined> {
  const path = join(folder, 'chat_template.jinja');
  const file = await readFile(path, 'utf8').catch(() => undefined);
  if (file !== undefined) return compileTemplate(file, path);
  const inline = inConfig(config.chat_template);
  return inline === undefined
    ? undefined
    : compileTemplate(inline, `chat_template of ${join(folder, 'tokenizer_config.json')}`);
}

/** A config may hold one template or a list of named ones, of which `default` is the chat's. */
function inConfig(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = value as { name?: unknown; template?: unknown }[];
  const chosen = named.find(({ name }) => name === 'default') ?? named[0];
  return typeof chosen?.template === 'string' ? chosen.template : undefined;
}

/** Compiles Jinja; `name` is what errors call it. Errors name the template's line where it is known. */
export function compileTemplate(source: string, name: string): Render {
  const fault = (cause: unknown, line: number | undefined): UserError => {
    const where = line === undefined ? name : `${name}, line ${line}`;
    return new UserError(`${where}: ${messageOf(cause)}`, undefined, { cause });
  };
  let template: Template;
  try {
    template = new Template(source);
  } catch (cause) {
    throw fault(cause, syntaxErrorLine(source, (cause as Error).message));
  }
  return (values) => {
    try {
      return template.render(values);
    } catch (cause) {
      throw fault(cause, renderErrorLine(source, values));
    }
  };
}

/** The parser trips over the end of the text when a block is still open. */
function messageOf(cause: unknown): string {
  return cause instanceof TypeError && cause.message.includes("(reading 'type')")
    ? 'a block is open at the end of the template (endif, endfor, … is missing)'
    : (cause as Error).message;
}
