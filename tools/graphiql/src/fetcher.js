import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';

const HTTP_PATH = '/graphql';
const WS_PATH = '/graphql/ws';

/**
 * Queries and mutations go over HTTP, subscriptions over WebSocket
 * (`graphql-transport-ws`). Both use the headers typed in the tab at the moment
 * of execution: HTTP as request headers, WebSocket as `connection_init` payload.
 */
export function createFetcher() {
  const clientFor = webSocketClients();
  return (params, options) =>
    createGraphiQLFetcher({
      url: HTTP_PATH,
      wsClient: clientFor(options?.headers),
      enableIncrementalDelivery: false,
    })(params, options);
}

/**
 * Returns the client for a set of headers. A client opens its socket with the
 * first subscription and closes it after the last one, so a client that is
 * replaced because the headers changed leaves nothing behind.
 */
function webSocketClients() {
  let current = { key: null, client: null };
  return (headers) => {
    const payload = connectionPayload(headers);
    const key = JSON.stringify(payload);
    if (current.key !== key) {
      current = {
        key,
        client: reportingErrors(
          createClient({
            url: webSocketUrl(),
            connectionParams: payload,
            lazy: true,
            // A refused token or a stopped server shows as an error at once.
            retryAttempts: 0,
          }),
        ),
      };
    }
    return current.client;
  };
}

/** Ends a failed subscription with a result that carries the errors. */
function reportingErrors(client) {
  return {
    ...client,
    subscribe: (params, sink) =>
      client.subscribe(params, {
        ...sink,
        error(reason) {
          sink.next({ errors: errorsFrom(reason) });
          sink.complete();
        },
      }),
  };
}

function errorsFrom(reason) {
  if (Array.isArray(reason)) return reason;
  if (reason instanceof CloseEvent) {
    const text = reason.reason ? `: ${reason.reason}` : '';
    return [{ message: `The WebSocket was closed with code ${reason.code}${text}` }];
  }
  return [{ message: reason?.message ?? `The WebSocket to ${WS_PATH} failed` }];
}

/** Header names in lower case: `{"authorization": "Bearer ..."}`. */
function connectionPayload(headers) {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function webSocketUrl() {
  const url = new URL(WS_PATH, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
