/**
 * Fences around what a judge is shown, so that no text can end its own fence, open another's or begin
 * a turn of the chat.
 */

/** Sets a text between an opening and a closing tag of a name, each on a line of its own. */
export type Fence = (name: string, text: string) => string;

/**
 * Fences for these texts. Where one of them contains a tag of the names, all tags get the smallest
 * number that no text uses: `<response_a-2>`. The texts stay as they are, but for `inert`.
 */
export function fenceFor(names: readonly string[], texts: readonly string[]): Fence {
  const tag = new RegExp(`</?(?:${names.join('|')})(?:-(\\d+))?(?=[\\s>])`, 'gi');
  const used = new Set(
    texts.flatMap((text) => [...text.matchAll(tag)].map(([, number]) => number ?? '1')),
  );
  let number = 1;
  while (used.has(String(number))) number++;
  const suffix = number === 1 ? '' : `-${number}`;
  return (name, text) => `<${name}${suffix}>\n${inert(text)}\n</${name}${suffix}>`;
}

/**
 * Breaks up what tokenizers read as a turn's beginning or end, whatever the model: `<|im_end|>`,
 * `</s>`, `<end_of_turn>`, `[INST]` get a space after their first character.
 */
export function inert(text: string): string {
  return text.replace(
    /([<[])(?=[|｜][^|｜<>\s]+[|｜]>|\/?(?:s|bos|eos|pad|unk)>|(?:start|end)_of_turn>|\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])/g,
    '$1 ',
  );
}
