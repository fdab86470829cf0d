/** Messages of a cell as the outputs that a notebook stores: streams joined, updates applied, clears obeyed. */
import type { Output } from './notebook-file.ts';
import type { Message } from './wire.ts';

/** Display ids to every stored output that shows them, over the whole notebook. */
export type Displays = Map<string, Output[]>;

/** Takes the messages of one cell; `outputs` grows and changes as they come. */
export function outputCollector(outputs: Output[], displays: Displays): (message: Message) => void {
  let clearNext = false;
  const add = (output: Output): void => {
    if (clearNext) outputs.length = 0;
    clearNext = false;
    outputs.push(output);
  };
  return ({ header, content }) => {
    const { data = {}, metadata = {}, transient = {} } = content as Bundle;
    const id = transient.display_id;
    switch (header.msg_type) {
      case 'stream': {
        const last = clearNext ? undefined : outputs.at(-1);
        if (last?.output_type === 'stream' && last['name'] === content['name'])
          last['text'] = `${String(last['text'])}${String(content['text'])}`;
        else add({ output_type: 'stream', name: content['name'], text: content['text'] });
        return;
      }
      case 'display_data': {
        const output: Output = { output_type: 'display_data', data, metadata };
        if (id !== undefined) displays.set(id, [...(displays.get(id) ?? []), output]);
        add(output);
        return;
      }
      case 'update_display_data':
        for (const output of displays.get(id ?? '') ?? [])
          Object.assign(output, { data, metadata });
        return;
      case 'execute_result':
        add({
          output_type: 'execute_result',
          execution_count: content['execution_count'],
          data,
          metadata,
        });
        return;
      case 'error': {
        const { ename, evalue, traceback } = content;
        add({ output_type: 'error', ename, evalue, traceback });
        return;
      }
      case 'clear_output':
        if (content['wait']) clearNext = true;
        else outputs.length = 0;
    }
  };
}

interface Bundle {
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  transient?: { display_id?: string };
}
