/**
 * What JupyterLab is given: a renderer of our chart type that comes before every other form of a figure.
 * These files run in the page, as they are; what they know of JupyterLab is named in `jupyterlab.ts`.
 */
import { createDrawing } from './drawing.ts';
import { insteadOf } from './instead.ts';
import type { MimeExtension, MimeModel, Widget } from './jupyterlab.ts';
import { readFigure } from './read-figure.ts';

export const chartType = 'application/vnd.rewardlab.chart+json';

/** JupyterLab calls a renderer again, with the same widget, for every update of an output. */
export function mimeExtension(createWidget: () => Widget): MimeExtension {
  return {
    id: 'rewardlab:chart',
    description: 'Live figures of training, with hover and zoom.',
    rendererFactory: {
      safe: true, // It makes no HTML of the data, so it may show a notebook that nobody trusts yet.
      mimeTypes: [chartType],
      createRenderer: () => chartRenderer(createWidget()),
    },
    rank: 0,
    dataType: 'json',
  };
}

function chartRenderer(widget: Widget): Widget {
  const { node } = widget;
  const drawing = createDrawing(node);
  widget.addClass('rewardlab-chart');
  widget.disposed.connect(() => drawing.close());
  return Object.assign(widget, {
    async renderModel({ data }: MimeModel): Promise<void> {
      const { figure, problem } = readFigure(data[chartType]);
      if (figure === undefined) {
        drawing.clear();
        node.replaceChildren(problem);
        return;
      }
      try {
        await drawing.draw(figure);
      } catch (error) {
        drawing.clear();
        node.replaceChildren(...insteadOf(data, error));
      }
    },
  });
}
