import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers request number `n` (from 0) for one path. */
export type Answer = (response: ServerResponse, request: IncomingMessage, n: number) => void;

/** A server on the loopback interface, for tests of downloads. */
export interface FileServer {
  /** Ends in a slash. */
  url: string;
  /** `METHOD PATH` and, if there was one, the asked range. */
  requests: string[];
  close(): Promise<void>;
}

/** Starts a server; a path without an answer is 404. */
export async function serveFiles(answers: Record<string, Answer>): Promise<FileServer> {
  const requests: string[] = [];
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    requests.push([request.method, path, request.headers.range ?? ''].join(' ').trim());
    const n = counts.get(path) ?? 0;
    counts.set(path, n + 1);
    const answer = answers[path] ?? ((r: ServerResponse) => void r.writeHead(404).end());
    answer(response, request, n);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Gives a file, whole or from the asked byte on. */
export function file(body: Uint8Array): Answer {
  return (response, request) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= body.length) return void response.writeHead(416).end();
    const headers = { 'content-length': body.length - start };
    if (start === 0) return void response.writeHead(200, headers).end(body);
    const range = `bytes ${start}-${body.length - 1}/${body.length}`;
    response.writeHead(206, { ...headers, 'content-range': range }).end(body.subarray(start));
  };
}

/** Promises the whole file, sends some of it, and hangs up. */
export function cutFile(body: Uint8Array, sentBytes: number): Answer {
  return (response) => {
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, sentBytes), () => setTimeout(() => response.destroy(), 20));
  };
}

/** Another answer for the first request than for later ones. */
export function first(answer: Answer, later: Answer): Answer {
  return (response, request, n) => (n === 0 ? answer : later)(response, request, n);
}

/** An answer without a body. */
export function status(code: number): Answer {
  return (response) => void response.writeHead(code).end();
}
