/** What `rewardlab doctor` says of the cluster of RAY_ADDRESS, or of the usual one. */
import { isUserError } from '../../errors.ts';
import { clusterAddress } from './address.ts';
import { rayClient } from './client.ts';
import { clusterText } from './resources.ts';

/** `ok` is undefined where there is no cluster, which nobody needs who has not asked for one. */
export async function examineCluster(): Promise<{ ok?: boolean; text: string }> {
  const asked = process.env.RAY_ADDRESS !== undefined;
  try {
    const client = rayClient(clusterAddress(undefined));
    const version = await client.version();
    const nodes = await client.nodes();
    const found = `Ray ${version} at ${client.address.url}, ${clusterText(nodes)}`;
    const gpus = nodes.some(({ GPU = 0 }) => GPU > 0);
    return {
      ok: true,
      text: gpus ? found : `${found}: bradley-terry trains there with --device cpu`,
    };
  } catch (error) {
    if (!isUserError(error)) throw error;
    const text = [error.message, error.hint].filter(Boolean).join('; ');
    return asked ? { ok: false, text } : { text };
  }
}
