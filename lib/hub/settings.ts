/**
 * Where the Hugging Face hub and its cache are: the environment variables of the Python client, with the
 * same meaning. A token is read when it is needed, and goes nowhere but into a request's header.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../errors.ts';

export interface HubSettings {
  /** Without a slash at its end. */
  endpoint: string;
  /** The folder of `models--ORG--NAME` and `datasets--ORG--NAME`. */
  cache: string;
  /** Nothing is asked of the network. */
  offline: boolean;
  /** How long a server may say nothing, in milliseconds. */
  patienceMs: number;
  /** Waits before another attempt, in milliseconds; each attempt that got further begins them anew. */
  pausesMs: readonly number[];
  /** Read anew each time; undefined where there is none. */
  token(): Token | undefined;
}

export interface Token {
  text: string;
  /** What holds it, for sentences: `HF_TOKEN`, or a file. */
  from: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of an environment. Throws a `UserError` for an HF_ENDPOINT that is no plain address. */
export function hubSettings(env: Environment = process.env): HubSettings {
  const seconds = Number(env['HF_HUB_DOWNLOAD_TIMEOUT']);
  return {
    endpoint: endpointOf(env['HF_ENDPOINT'] || 'https://huggingface.co'),
    cache: hubCache(env),
    offline: isOn(env['HF_HUB_OFFLINE']) || isOn(env['TRANSFORMERS_OFFLINE']),
    patienceMs: seconds > 0 ? seconds * 1000 : 30_000,
    pausesMs: [500, 1000, 2000, 4000],
    token: () => tokenOf(env, homeOf(env)),
  };
}

/** The folder of the cache, where HF_HUB_CACHE, HF_HOME or the home folder have it. */
export function hubCache(env: Environment = process.env): string {
  const named = env['HF_HUB_CACHE'] || env['HUGGINGFACE_HUB_CACHE'];
  return resolve(expanded(named || join(homeOf(env), 'hub')));
}

/** Whether the environment turns a switch on, as the Python client reads it. */
export function isOn(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? '');
}

function homeOf(env: Environment): string {
  const base = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return expanded(env['HF_HOME'] || join(base, 'huggingface'));
}

function expanded(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** The address is not quoted where it may hold a password. */
function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.username || url.password))
    throw new UserError(
      'HF_ENDPOINT holds a user name or password, which an address cannot carry here',
      'put a token into HF_TOKEN instead',
    );
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new UserError(
      `HF_ENDPOINT: expected an address such as https://huggingface.co, got '${text}'`,
    );
  return url.href.replace(/[?#].*$/, '').replace(/\/+$/, '');
}

function tokenOf(env: Environment, home: string): Token | undefined {
  if (isOn(env['HF_HUB_DISABLE_IMPLICIT_TOKEN'])) return undefined;
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
    const text = env[name]?.trim();
    if (text) return checked({ text, from: name });
  }
  const file = expanded(env['HF_TOKEN_PATH'] || join(home, 'token'));
  const text = fileText(file)?.trim();
  return text ? checked({ text, from: file }) : undefined;
}

function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A header refuses such text with a message that quotes it. */
function checked(token: Token): Token {
  if (/^[\x21-\x7e]+$/.test(token.text)) return token;
  throw new UserError(
    `${token.from} holds no token: expected letters and digits on one line`,
    'a token looks like hf_… and is made at https://huggingface.co/settings/tokens',
  );
}
