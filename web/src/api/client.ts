/* One door to /api/v1: adds language and CSRF token, turns every failure into an ApiError. */
import type { Problem } from './types';

export type Query = Record<string, string | number | boolean | undefined | null>;

export class ApiError extends Error {
  readonly status: number; // 0: the server could not be reached
  readonly code: string;
  readonly errors: NonNullable<Problem['errors']>;
  readonly retryAfterS: number | null;

  constructor(status: number, problem: Partial<Problem>, retryAfterS: number | null = null) {
    super(problem.detail || problem.title || String(status));
    this.status = status;
    this.code = problem.code ?? '';
    this.errors = problem.errors ?? [];
    this.retryAfterS = retryAfterS;
  }
}

/* Set by the session and by the language; plain values so that this file depends on nothing. */
export const clientState = {
  csrfToken: '',
  language: 'zh',
  onSignedOut: (): void => {},
};

export function apiUrl(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = pairs.map(([key, value]) => `${key}=${encodeURIComponent(String(value)).replace(/%2C/g, ',')}`).join('&');
  return `/api/v1${path}${text ? '?' + text : ''}`;
}

interface Options {
  query?: Query;
  body?: unknown; // a string goes as it is, anything else as JSON
  type?: string;
  accept?: string;
  signal?: AbortSignal;
}

async function send(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: options.accept ?? 'application/json',
    'Accept-Language': clientState.language,
  };
  if (method !== 'GET' && clientState.csrfToken) headers['X-CSRF-Token'] = clientState.csrfToken;
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    headers['Content-Type'] = options.type ?? 'application/json';
    init.body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(apiUrl(path, options.query), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, { code: 'unreachable' });
  }
  if (!response.ok) throw await failure(response, path);
  return response;
}

async function failure(response: Response, path: string): Promise<ApiError> {
  let problem: Partial<Problem> = {};
  try {
    problem = (await response.json()) as Partial<Problem>;
  } catch {
    problem = { title: response.statusText };
  }
  if (response.status === 401 && path !== '/session') clientState.onSignedOut();
  const wait = Number(response.headers.get('Retry-After'));
  return new ApiError(response.status, problem, Number.isFinite(wait) && wait > 0 ? wait : null);
}

async function json<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    json<T>('GET', path, { ...(query && { query }), ...(signal && { signal }) }),
  post: <T>(path: string, body?: unknown, query?: Query, type?: string) =>
    json<T>('POST', path, { body, ...(query && { query }), ...(type && { type }) }),
  patch: <T>(path: string, body: unknown) => json<T>('PATCH', path, { body }),
  remove: (path: string) => json<void>('DELETE', path),
  /* The body as a file for saving. */
  file: async (path: string, query?: Query, accept = 'text/csv'): Promise<Blob> =>
    (await send('GET', path, { accept, ...(query && { query }) })).blob(),
};
