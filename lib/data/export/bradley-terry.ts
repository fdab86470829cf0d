/** Rows for Bradley–Terry: two conversations, the chosen and the rejected one. A tie says nothing there. */
import { besides, eachPair, withAnswer, type Target } from './target.ts';

export const bradleyTerry: Target = {
  name: 'bradley-terry',
  summary: 'rows for bradley-terry: chosen and rejected conversations, ties left out',
  rows(sample, circumstances) {
    const strength = sample.kind === 'pair' ? sample.strength : undefined;
    const columns = besides(sample, circumstances);
    return eachPair(sample, circumstances.id).map(({ id, chosen, rejected }) => ({
      row: {
        unique_id: id,
        chosen: withAnswer(sample.input, chosen),
        rejected: withAnswer(sample.input, rejected),
        // The reader takes whole numbers alone.
        ...(Number.isInteger(strength) && { preference_strength: Math.abs(strength!) }),
        ...columns,
      },
      label: '',
    }));
  },
};
