/** kernel_info_request: who answers. */
import { version } from '../../../lib/version.ts';
import { protocolVersion } from '../wire.ts';
import type { Handler } from '../handler.ts';

/** JupyterLab colours by `codemirror_mode`, nbconvert by `pygments_lexer`. */
export const languageInfo = {
  name: 'typescript',
  version: process.versions.node,
  mimetype: 'text/typescript',
  file_extension: '.ts',
  codemirror_mode: 'typescript',
  pygments_lexer: 'typescript',
};

export const kernelInfo: Handler = (_request, _kernel, busy) => {
  busy();
  return {
    content: {
      status: 'ok',
      protocol_version: protocolVersion,
      implementation: 'rewardlab',
      implementation_version: version,
      language_info: languageInfo,
      banner: `rewardlab ${version}: TypeScript on Node ${process.versions.node}. %lsmagic lists the magics.`,
      debugger: false,
      supported_features: [],
      help_links: [{ text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' }],
    },
  };
};
