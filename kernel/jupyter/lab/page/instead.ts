/** What is shown where plotly cannot draw: the picture that came along, and why. */

export function insteadOf(data: Readonly<Record<string, unknown>>, error: unknown): Node[] {
  const why = document.createElement('div');
  why.textContent = `The live figure could not be drawn: ${error instanceof Error ? error.message : String(error)}`;
  why.style.opacity = '0.7';
  const svg = data['image/svg+xml'];
  if (typeof svg !== 'string') return [why];
  const picture = document.createElement('img');
  picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`; // As an image it can neither run nor load anything.
  return [picture, why];
}
