/** Makes the Python environment of Jupyter's own suites where it is missing; returns its python. */
export function ensureVenv(): Promise<string>;
