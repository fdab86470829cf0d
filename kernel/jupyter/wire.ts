/**
 * Jupyter messages as frames: identities, delimiter, signature, four JSON parts, buffers. Pure, except
 * that a verifier remembers the signatures it has seen, so that a message cannot be replayed.
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

export const protocolVersion = '5.5';

export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

export interface Message<C = Record<string, unknown>> {
  header: Header;
  /** Empty where nothing was asked. */
  parent_header: Partial<Header>;
  metadata: Record<string, unknown>;
  content: C;
  buffers: Uint8Array[];
}

/** What most messages go without. */
export interface Extra {
  metadata?: Record<string, unknown>;
  buffers?: Uint8Array[];
}

const delimiter = Buffer.from('<IDS|MSG>');

/** Signs with HMAC-SHA256; an empty key means no signature, as in Jupyter. */
export type Sign = (parts: readonly Uint8Array[]) => string;

export function signer(key: string): Sign {
  return (parts) => {
    if (key === '') return '';
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  };
}

/** A message of our own, answering `parent`. */
export function compose<C>(
  type: string,
  content: C,
  session: string,
  parent: Partial<Header> = {},
  extra: Extra = {},
): Message<C> {
  const header: Header = {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: 'rewardlab',
    date: new Date().toISOString(),
    version: protocolVersion,
  };
  return {
    header,
    parent_header: parent,
    metadata: extra.metadata ?? {},
    content,
    buffers: extra.buffers ?? [],
  };
}

export function encode(
  message: Message<unknown>,
  identities: readonly Uint8Array[],
  sign: Sign,
): Uint8Array[] {
  const parts = [message.header, message.parent_header, message.metadata, message.content].map(
    (part) => Buffer.from(JSON.stringify(part)),
  );
  return [...identities, delimiter, Buffer.from(sign(parts)), ...parts, ...message.buffers];
}

export interface Received {
  identities: Uint8Array[];
  message: Message;
}

/** Turns frames into messages; undefined for what is malformed, badly signed, or seen before. */
export function verifier(key: string): (frames: readonly Uint8Array[]) => Received | undefined {
  const sign = signer(key);
  const seen = recent(65_536);
  return (frames) => {
    const at = frames.findIndex((frame) => delimiter.equals(frame));
    const [signature, ...parts] = frames.slice(at + 1, at + 6);
    if (at < 0 || !signature || parts.length < 4) return undefined;
    if (key !== '') {
      const expected = Buffer.from(sign(parts));
      const found = Buffer.from(signature);
      if (expected.length !== found.length || !timingSafeEqual(expected, found)) return undefined;
      if (!seen.add(found.toString())) return undefined;
    }
    const [header, parent_header, metadata, content] = parts.map(json);
    if (!header || !parent_header || !metadata || !content) return undefined;
    const buffers = frames.slice(at + 6);
    const message = {
      header: header as unknown as Header,
      parent_header,
      metadata,
      content,
      buffers,
    } as Message;
    return { identities: frames.slice(0, at), message };
  };
}

function json(part: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part).toString());
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A set of at most `size` strings that forgets the oldest; `add` is false for one that it holds. */
function recent(size: number): { add(text: string): boolean } {
  const held = new Set<string>();
  return {
    add(text) {
      if (held.has(text)) return false;
      held.add(text);
      if (held.size > size)
        for (const oldest of held) {
          held.delete(oldest);
          break;
        }
      return true;
    },
  };
}
