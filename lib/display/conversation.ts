/** Conversations side by side, for example a chosen and a rejected one. */
import { conversationType, type MimeBundle } from './bundle.ts';
import { html, plain } from './escape.ts';

export interface Turn {
  role: string;
  content: string;
}

/** Title to turns, in the order shown. */
export function conversationBundle(conversations: Record<string, readonly Turn[]>): MimeBundle {
  return {
    [conversationType]: conversations,
    'text/html': conversationHtml(conversations),
    'text/plain': conversationText(conversations),
  };
}

export function conversationText(conversations: Record<string, readonly Turn[]>): string {
  return Object.entries(conversations)
    .map(([title, turns]) =>
      [
        plain(title),
        ...turns.map(
          ({ role, content }) =>
            `  ${plain(role)}: ${plain(content).replace(/\n(?=[^\n])/g, '\n    ')}`,
        ),
      ].join('\n'),
    )
    .join('\n');
}

function conversationHtml(conversations: Record<string, readonly Turn[]>): string {
  const bubble =
    'margin:4px 0;padding:6px 10px;border:1px solid rgba(128,128,128,.35);border-radius:8px;white-space:pre-wrap';
  const columns = Object.entries(conversations).map(([title, turns]) => {
    const bubbles = turns.map(
      ({ role, content }) =>
        `<div style="${bubble}"><span style="opacity:.6;font-size:85%">${html(role)}</span><br>${html(content)}</div>`,
    );
    return `<td style="vertical-align:top;text-align:left;width:${100 / Object.keys(conversations).length}%;padding:0 8px"><b>${html(title)}</b>${bubbles.join('')}</td>`;
  });
  return `<table style="width:100%;border-collapse:collapse"><tbody><tr>${columns.join('')}</tr></tbody></table>`;
}
