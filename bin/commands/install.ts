/** `rewardlab install` and `uninstall`: the kernel, and the extension of JupyterLab that draws its figures. */
import {
  installKernel,
  kernelsIn,
  uninstallKernel,
  type KernelPlace,
} from '../../kernel/jupyter/kernelspec.ts';
import { dataFolder } from '../../kernel/jupyter/data-folders.ts';
import { installExtension, uninstallExtension } from '../../kernel/jupyter/lab/extension.ts';

type Named = KernelPlace & { name: string };

/** Returns what to tell. */
export async function install(place: Named): Promise<string> {
  const kernel = await installKernel(place);
  const extension = await installExtension(place.prefix);
  return `installed the kernel '${place.name}' in ${kernel}
and live figures for JupyterLab in ${extension}; a Jupyter server that runs already must be started again to have them`;
}

/** The extension goes with the last kernel of that place: another one of ours would miss it. */
export async function uninstall(place: Named): Promise<string> {
  const kernel = await uninstallKernel(place);
  const removed = `removed the kernel '${place.name}' from ${kernel}`;
  const others = kernelsIn(dataFolder(place.prefix));
  if (others.length > 0) return `${removed}; the figures stay, for ${others.join(', ')}`;
  const extension = uninstallExtension(place.prefix);
  return extension === undefined ? removed : `${removed}, and the figures from ${extension}`;
}
