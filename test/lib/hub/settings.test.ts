/** The environment variables of the Python client. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hubCache, hubSettings } from '../../../lib/hub/settings.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const root = temporaryFolder();

test.each([
  [{}, join(homedir(), '.cache/huggingface/hub')],
  [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
  [{ XDG_CACHE_HOME: '/x', HF_HOME: '~/h' }, join(homedir(), 'h/hub')],
  [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
  [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/c/' }, '/c'],
])('the cache by %j', (env, path) => {
  expect(hubCache(env)).toBe(path);
});

test.each([
  [{}, 'https://huggingface.co'],
  [{ HF_ENDPOINT: 'https://hub.example/hf/' }, 'https://hub.example/hf'],
])('the endpoint by %j', (env, endpoint) => {
  expect(hubSettings(env).endpoint).toBe(endpoint);
});

test.each([
  [{ HF_HUB_OFFLINE: '1' }, true],
  [{ HF_HUB_OFFLINE: 'Yes' }, true],
  [{ TRANSFORMERS_OFFLINE: 'true' }, true],
  [{ HF_HUB_OFFLINE: '0' }, false],
  [{}, false],
])('offline by %j', (env, offline) => {
  expect(hubSettings(env).offline).toBe(offline);
});

test('the token of the environment, else of the file that the Python client writes', () => {
  mkdirSync(join(root, 'home'));
  writeFileSync(join(root, 'home/token'), 'hf_file\n');
  writeFileSync(join(root, 'other'), 'hf_other');
  const env = { HF_HOME: join(root, 'home') };
  const token = (more: Record<string, string>) => hubSettings({ ...env, ...more }).token();
  expect(token({ HF_TOKEN: ' hf_env ' })).toEqual({ text: 'hf_env', from: 'HF_TOKEN' });
  expect(token({})).toEqual({ text: 'hf_file', from: join(root, 'home/token') });
  expect(token({ HF_TOKEN_PATH: join(root, 'other') })?.text).toBe('hf_other');
  expect(token({ HF_TOKEN: 'hf_env', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeUndefined();
  expect(hubSettings({ HF_HOME: join(root, 'nowhere') }).token()).toBeUndefined();
});

test.each([
  [
    'hub.example',
    "HF_ENDPOINT: expected an address such as https://huggingface.co, got 'hub.example'",
  ],
  ['file:///x', "HF_ENDPOINT: expected an address such as https://huggingface.co, got 'file:///x'"],
  [
    'https://me:secret@hub.example',
    'HF_ENDPOINT holds a user name or password, which an address cannot carry here\n' +
      '  put a token into HF_TOKEN instead',
  ],
])('refuses the endpoint %s', async (HF_ENDPOINT, sentence) => {
  expect(await refusal(() => hubSettings({ HF_ENDPOINT }))).toBe(sentence);
});

test('a token that no header takes is not quoted', async () => {
  expect(await refusal(() => hubSettings({ HF_TOKEN: 'hf_a\nhf_b' }).token())).toBe(
    'HF_TOKEN holds no token: expected letters and digits on one line\n' +
      '  a token looks like hf_… and is made at https://huggingface.co/settings/tokens',
  );
});
