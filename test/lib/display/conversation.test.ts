import { expect, test } from 'vitest';
import { conversationType } from '../../../lib/display/bundle.ts';
import { conversationBundle } from '../../../lib/display/conversation.ts';

const conversations = {
  chosen: [{ role: 'assistant', content: 'a < b & "c"' }],
  '<rejected>': [{ role: '<i>', content: '<img src=x onerror=alert(1)>\u001b[2J' }],
};

test('two conversations are beside each other, and nothing of them acts', () => {
  const bundle = conversationBundle(conversations);
  expect(bundle[conversationType]).toEqual(conversations);
  const html = bundle['text/html'] as string;
  expect(html.match(/<td style="[^"]*width:50%/g)).toHaveLength(2);
  expect(html).toContain('a &lt; b &amp; &quot;c&quot;');
  expect(html).not.toMatch(/<(img|i|rejected|script|style)\b|\p{Cc}/u);
  expect(bundle['text/plain']).not.toContain('\u001b');
});
