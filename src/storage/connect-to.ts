import type { ClientConfig } from 'pg';

/** How a connection to a server is opened. Its session settings are made once it is open: see session-settings.ts. */
export function connectTo(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'sallyport',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
