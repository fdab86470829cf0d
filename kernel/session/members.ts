/** Names and kinds of what a live value has, found without running any of its code. */
import { types } from 'node:util';
import { isName } from './syntax.ts';

export interface Member {
  text: string;
  /** As Jupyter's front ends show it: function, class, instance, property, keyword, magic. */
  type: string;
}

/** Own and inherited members that can be written after a dot, nearest first. */
export function membersOf(value: unknown): Member[] {
  if (value === null || value === undefined) return [];
  const members = new Map<string, Member>();
  let object: unknown = Object(value);
  while (object !== null && typeof object === 'object' ? true : typeof object === 'function') {
    if (types.isProxy(object)) break; // asking would run the proxy's own code
    for (const text of Object.getOwnPropertyNames(object)) {
      if (members.has(text) || !isName(text)) continue;
      members.set(text, { text, type: typeOfProperty(object as object, text) });
    }
    object = Object.getPrototypeOf(object) as unknown;
  }
  return [...members.values()];
}

export function typeOfValue(value: unknown): string {
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
  return 'instance';
}

function typeOfProperty(object: object, name: string): string {
  const descriptor = Object.getOwnPropertyDescriptor(object, name);
  if (!descriptor || !('value' in descriptor)) return 'property';
  return typeof descriptor.value === 'function' ? typeOfValue(descriptor.value) : 'property';
}
