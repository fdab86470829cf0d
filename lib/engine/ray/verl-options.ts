/** Options as VERL has them: `optim.lr=0.001`, in Hydra's grammar. */

export type VerlValue = string | number | boolean | null | readonly (string | number)[];
export type VerlOptions = Readonly<Record<string, VerlValue>>;

/** A word for each option, as VERL's trainers take them. */
export function verlWords(options: VerlOptions): string[] {
  return Object.entries(options).map(([key, value]) => `${key}=${hydraText(value)}`);
}

/** Text that Hydra would read as anything else is quoted. */
function hydraText(value: VerlValue): string {
  if (typeof value === 'object' && value !== null) return `[${value.map(hydraText).join(',')}]`;
  if (value === Infinity) return 'inf';
  if (typeof value !== 'string') return String(value);
  return /^[A-Za-z_/][\w./:-]*$/.test(value) ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
