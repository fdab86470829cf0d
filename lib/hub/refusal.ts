/** What went wrong between here and the hub, in sentences. No token, no signed address is in any of them. */
import { UserError, isUserError } from '../errors.ts';
import { repoText, shown, type HubRepo } from './name.ts';
import type { HubSettings, Token } from './settings.ts';

/** What was asked, of whom. */
export interface Asked {
  repo: HubRepo;
  settings: HubSettings;
  token: Token | undefined;
  /** A file that was asked for. */
  file?: string;
}

/** The hub's answer as a refusal, by its `X-Error-Code` and its status. */
export function refusalOf(response: Response, asked: Asked): UserError {
  const { repo, token, settings } = asked;
  const { status } = response;
  const name = repoText(repo);
  const code = response.headers.get('x-error-code');
  const said = saidBy(response, token);
  const page = `${settings.endpoint}/${repo.kind === 'dataset' ? 'datasets/' : ''}${repo.id}`;
  if (code === 'GatedRepo' || (status === 403 && code === null && /gated|restricted/i.test(said)))
    return new UserError(
      `'${name}' is gated: its owners give access to those who ask for it`,
      token
        ? `ask at ${page} as the owner of the token in ${token.from}, which has no access yet`
        : `ask at ${page}, then put a token of your account into HF_TOKEN`,
    );
  if (status === 401 && /invalid|expired|credentials/i.test(said) && token)
    return new UserError(
      `the hub refuses the token in ${token.from}: ${said}`,
      'make another at https://huggingface.co/settings/tokens, or unset it for what is public',
    );
  if (code === 'RevisionNotFound')
    return new UserError(`'${name}' has no revision '${repo.revision}'`);
  if (code === 'EntryNotFound')
    return new UserError(`'${repoText(repo, repo.revision)}' has no file '${asked.file ?? ''}'`);
  if (code === 'RepoNotFound' || status === 401 || status === 404)
    return new UserError(
      `${hostOf(settings)} has no ${repo.kind} '${repo.id}' that ${token ? `the token in ${token.from}` : 'anybody'} may see`,
      token ? 'look at the spelling' : 'where it is private or gated, put a token into HF_TOKEN',
    );
  const why = `${status}${said ? `, ${said}` : ''}`;
  return new UserError(
    `${hostOf(settings)} refused ${asked.file ? `'${asked.file}' of ` : ''}'${name}': ${why}`,
    status === 429
      ? `it asks for fewer requests: wait a little${token ? '' : ', or put a token into HF_TOKEN'}`
      : undefined,
  );
}

/** No answer, or one that broke off. */
export function networkRefusal(cause: unknown, asked: Asked): UserError {
  const proxied = process.env['HTTPS_PROXY'] ?? process.env['https_proxy'];
  const proxy = proxied !== undefined && process.env['NODE_USE_ENV_PROXY'] !== '1';
  return new UserError(
    `${hostOf(asked.settings)} could not be reached for '${repoText(asked.repo)}': ${causeText(cause)}`,
    proxy
      ? 'Node uses the proxy of HTTPS_PROXY only where NODE_USE_ENV_PROXY=1 is set'
      : 'HF_ENDPOINT names another server, HF_HUB_OFFLINE=1 uses only what the cache has',
    { cause },
  );
}

/** Whether a refusal is of the network, so that another attempt may succeed. */
export function isBroken(error: unknown): error is UserError {
  return isUserError(error) && error.cause !== undefined;
}

/** The innermost reason: `fetch failed` alone says nothing. */
export function causeText(cause: unknown): string {
  let inner = cause;
  while (inner instanceof Error) {
    const next: unknown = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
    if (!(next instanceof Error)) break;
    inner = next;
  }
  const { message, code } = inner as NodeJS.ErrnoException;
  return shown(message || code || String(inner));
}

const diskReasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'a file is in the way',
};

/** A failure of the cache's disk as a refusal; undefined for anything else. */
export function diskRefusal(cause: unknown, settings: HubSettings): UserError | undefined {
  const reason = diskReasons[(cause as NodeJS.ErrnoException | undefined)?.code ?? ''];
  return reason === undefined
    ? undefined
    : new UserError(
        `cannot write in the cache '${settings.cache}': ${reason}`,
        'make room and try again, which goes on from what is there; HF_HUB_CACHE names another folder',
        { cause },
      );
}

export function hostOf({ endpoint }: HubSettings): string {
  return new URL(endpoint).host;
}

/** A server that repeats the token it was sent is not repeated. */
function saidBy(response: Response, token: Token | undefined): string {
  const said = shown(response.headers.get('x-error-message') ?? '').slice(0, 300);
  return token ? said.replaceAll(token.text, '…') : said;
}
