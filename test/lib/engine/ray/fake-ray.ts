/**
 * Ray's Jobs REST as far as the engine uses it, with the answers that Ray 2.60 was seen to give: errors as
 * tracebacks, a log socket that begins anew whenever it is opened, a stop that says true.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';

export interface FakeJob {
  status: string;
  log: string;
  message?: string;
  entrypoint: string;
  request: Record<string, unknown>;
}

export interface FakeRay {
  url: string;
  jobs: Map<string, FakeJob>;
  packages: Map<string, Buffer>;
  /** Method, path and headers of every request. */
  requests: { method: string; path: string; headers: IncomingMessage['headers'] }[];
  resources: Record<string, number>;
  version: string;
  token?: string;
  /** What becomes of a job that is submitted; by default it stays pending. */
  onSubmit: (job: FakeJob, id: string) => void;
  /** Whether a stop stops. */
  stops: boolean;
  /** Appends to a job's log, in one frame for those who listen. */
  print(id: string, text: string): void;
  /** Ends a job: its sockets close. */
  end(id: string, status: string, message?: string): void;
  /** Breaks every socket, as a lost network does. */
  breakSockets(): void;
  close(): void;
}

export async function fakeRay(): Promise<FakeRay> {
  const sockets = new Map<Duplex, string>();
  const server = createServer((request, response) => void answer(request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
    note(request);
    if ('sec-websocket-extensions' in request.headers) {
      socket.end(closing); // What Ray's dashboard comes to when compression is offered.
      return;
    }
    const id = /jobs\/([^/]+)\/logs\/tail$/.exec(request.url!)![1]!;
    const job = fake.jobs.get(id);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (job && job.log !== '') socket.write(frame(job.log));
    if (!job || /SUCCEEDED|FAILED|STOPPED/.test(job.status)) socket.end(closing);
    else sockets.set(socket, id);
  });
  const open = new Set<Duplex>();
  server.on('connection', (socket) => open.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fake: FakeRay = {
    url: `http://127.0.0.1:${port}`,
    jobs: new Map(),
    packages: new Map(),
    requests: [],
    resources: { CPU: 2 },
    version: '4',
    onSubmit: () => undefined,
    stops: true,
    print(id, text) {
      fake.jobs.get(id)!.log += text;
      for (const [socket, of] of sockets) if (of === id) socket.write(frame(text));
    },
    end(id, status, message) {
      Object.assign(fake.jobs.get(id)!, { status, ...(message !== undefined && { message }) });
      for (const [socket, of] of sockets) if (of === id) socket.end(closing);
    },
    breakSockets() {
      for (const socket of sockets.keys()) socket.destroy();
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
  return fake;

  function note(request: IncomingMessage): void {
    const { method = '', url = '', headers } = request;
    fake.requests.push({ method, path: url, headers });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    note(request);
    const { status = 200, text, json } = answerTo(request, await buffer(request));
    const type = json === undefined ? 'text/plain' : 'application/json';
    response.writeHead(status, { 'content-type': type }).end(text ?? JSON.stringify(json));
  }

  function answerTo(request: IncomingMessage, body: Buffer): Answer {
    const path = request.url!;
    if (fake.token && request.headers.authorization !== `Bearer ${fake.token}`)
      return { status: 401, text: 'Unauthorized: Missing authentication token' };
    if (request.method !== 'GET' && 'sec-fetch-mode' in request.headers)
      return { status: 405, text: `'${request.method}' method not allowed for browser traffic.` };
    if (path === '/api/version') return { json: { version: fake.version, ray_version: '2.60.0' } };
    if (path === '/nodes?view=summary') {
      const raylet = { state: 'ALIVE', resourcesTotal: fake.resources };
      return { json: { data: { summary: [{ raylet }] } } };
    }
    if (path === '/api/cluster_status') {
      const loadMetricsReport = { usage: { CPU: [1, 2] } };
      return { json: { data: { clusterStatus: { loadMetricsReport } } } };
    }
    if (path.startsWith('/api/packages/')) {
      if (request.method === 'PUT') fake.packages.set(path, body);
      return fake.packages.has(path)
        ? { text: '' }
        : { status: 404, text: 'Package does not exist.' };
    }
    return path === '/api/jobs/' ? submitted(body) : jobAnswer(path);
  }

  function submitted(body: Buffer): Answer {
    const request = JSON.parse(body.toString()) as Record<string, string>;
    const { submission_id: id = '', entrypoint = '' } = request;
    if (fake.jobs.has(id))
      return {
        status: 500,
        text: `Traceback (most recent call last):\nValueError: Job with submission_id ${id} already exists.`,
      };
    const job = { status: 'PENDING', log: '', entrypoint, request };
    fake.jobs.set(id, job);
    fake.onSubmit(job, id);
    return { json: { job_id: id, submission_id: id } };
  }

  function jobAnswer(path: string): Answer {
    const [, id = '', act] = /^\/api\/jobs\/([^/]+)(?:\/(logs|stop))?$/.exec(path) ?? [];
    const job = fake.jobs.get(id);
    if (!job) return { status: 404, text: `Job ${id} does not exist` };
    if (act === 'logs') return { json: { logs: job.log } };
    if (act === 'stop' && fake.stops) fake.end(id, 'STOPPED');
    if (act === 'stop') return { json: { stopped: true } };
    const code = job.status === 'FAILED' ? 1 : null;
    return { json: { ...job, submission_id: id, driver_exit_code: code } };
  }
}

interface Answer {
  status?: number;
  text?: string;
  json?: unknown;
}

/** A text frame from the server, by RFC 6455, 5.2. */
function frame(text: string): Buffer {
  const data = Buffer.from(text);
  const head =
    data.length < 126
      ? [0x81, data.length]
      : data.length < 65_536
        ? [0x81, 126, data.length >> 8, data.length & 255]
        : [0x81, 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((bits) => (data.length >> bits) & 255)];
  return Buffer.concat([Buffer.from(head), data]);
}

const closing = Buffer.from([0x88, 0x02, 0x03, 0xe8]);
