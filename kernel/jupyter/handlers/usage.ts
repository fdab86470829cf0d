/** usage_request: what jupyter-resource-usage shows. Not answered where the system does not tell it. */
import { hostname } from 'node:os';
import type { Handler } from '../handler.ts';
import { createUsage, hostUsage } from '../usage.ts';

const usageOfKernel = createUsage(process.pid);

export const usage: Handler = (_request, _kernel, busy) => {
  busy();
  const usage = usageOfKernel();
  if (!usage) return undefined;
  return {
    content: {
      hostname: hostname(),
      pid: process.pid,
      kernel_cpu: usage.cpuPercent,
      kernel_memory: usage.memory,
      ...hostUsage(),
    },
  };
};
