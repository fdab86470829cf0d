export interface Environment {
  /** Its folder in the repository. */
  name: string;
  /** Path of a requirements.txt. */
  requirements: string;
  /** What is installed, for the line that says so. */
  what: string;
}

/** Makes a Python environment where it is missing, Jupyter's own suites' by default; returns its python. */
export function ensureVenv(environment?: Environment): Promise<string>;
