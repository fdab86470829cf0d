/** A byte-level BPE tokenizer of our own making: 256 bytes, a few merges, four added tokens, a template. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const merges = [
  ['h', 'e'],
  ['l', 'l'],
  ['he', 'll'],
  ['hell', 'o'],
  ['Ġ', 'w'],
  ['o', 'r'],
  ['Ġw', 'or'],
  ['l', 'd'],
  ['Ġwor', 'ld'],
  ['Ã', '©'],
  ['u', 's'],
  ['e', 'r'],
  ['us', 'er'],
  ['Ċ', 'Ċ'],
];

const added = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<think>'];

export const firstMerge = 256;
export const firstAdded = firstMerge + merges.length;

/** Bytes that are no printable Latin-1 character stand shifted by 256, in order, as GPT-2 has them. */
function byteAlphabet(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let shifted = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(printable(byte) ? byte : 256 + shifted++),
  );
}

export function microTokenizer(): Record<string, unknown> {
  const tokens = [...byteAlphabet(), ...merges.map((pair) => pair.join(''))];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added.map((content, i) => ({
      id: firstAdded + i,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: content !== '<think>',
    })),
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: String.raw`[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+` },
          behavior: 'Isolated',
          invert: false,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

export const microTemplate = `{%- for message in messages %}
    {%- if message.role == 'tool' %}{{ raise_exception('no tools here') }}{% endif %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and not enable_thinking %}{{- '<think>\\n\\n' }}{% endif %}
{%- endif %}`;

/** Writes the three files of the tokenizer into a folder. */
export async function writeMicroTokenizer(folder: string): Promise<void> {
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(microTokenizer()));
  const config = {
    eos_token: '<|im_end|>',
    pad_token: { content: '<|endoftext|>' },
    bos_token: null,
  };
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'chat_template.jinja'), microTemplate);
}
