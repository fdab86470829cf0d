/** Where a cluster is, and what it is asked with. */
import { UserError } from '../../errors.ts';

export interface ClusterAddress {
  /** `http://127.0.0.1:8265`, without a slash at its end. */
  url: string;
  token?: string;
  headers: Readonly<Record<string, string>>;
}

/** That of `ray start --head`. */
const usual = 'http://127.0.0.1:8265';

/**
 * The address given, else that of RAY_ADDRESS; the token is RAY_AUTH_TOKEN's, so that it stands in no
 * command, no job file and no log. Throws a `UserError` where the address is none of HTTP.
 */
export function clusterAddress(
  given: string | null | undefined,
  env: NodeJS.ProcessEnv = process.env,
): ClusterAddress {
  const named = given ?? env.RAY_ADDRESS ?? '';
  const source = given == null ? 'RAY_ADDRESS' : '--ray-address';
  const text = named === '' || named === 'auto' ? usual : named;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UserError(
      `${source}: expected the address of a cluster's dashboard, got '${text.replace(/\p{Cc}/gu, ' ')}'`,
      `it is an http address, such as ${usual}`,
    );
  if (url.username !== '' || url.password !== '')
    throw new UserError(
      `${source}: expected an address without a password in it`,
      'put a token into RAY_AUTH_TOKEN instead',
    );
  const token = env.RAY_AUTH_TOKEN?.trim();
  return {
    url: url.href.replace(/\/+$/, ''),
    ...(token && { token }),
    headers: token ? { authorization: `Bearer ${token}` } : {},
  };
}
