/**
 * A model folder's chat template: Jinja text that lays a conversation out as the model reads it.
 */
import { Template } from '@huggingface/jinja';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';

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

/** Compiles Jinja; `name` is what errors call it. */
export function compileTemplate(source: string, name: string): Render {
  let template: Template;
  try {
    template = new Template(source);
  } catch (cause) {
    throw new UserError(
      `${name} is not a template we can read: ${(cause as Error).message}`,
      undefined,
      { cause },
    );
  }
  return (values) => {
    try {
      return template.render(values);
    } catch (cause) {
      throw new UserError(`${name}: ${(cause as Error).message}`, undefined, { cause });
    }
  };
}
