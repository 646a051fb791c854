// The official SDK, pointed at your own server. This is all that changes for an integration that exists already.
import { Authsignal } from '@authsignal/node';

// `npm start` writes these two on its first start. Variables that are set already win over the file.
const credentialsFile = '.sallyport/credentials.env';
try {
  process.loadEnvFile(credentialsFile);
} catch {
  // No file: the environment has to have them.
}
const { SALLYPORT_URL: apiUrl, SALLYPORT_SECRET_KEY: apiSecretKey } = process.env;
if (!apiUrl || !apiSecretKey) {
  console.error(
    `Set SALLYPORT_URL (ending in /v1) and SALLYPORT_SECRET_KEY, or run "npm start" here first: it writes ${credentialsFile}.`,
  );
  process.exit(1);
}

export const authsignal = new Authsignal({ apiUrl, apiSecretKey });

// For what the SDK has no method for: explanations, and the management API.
export { apiUrl, apiSecretKey as secretKey };
export const managementKey = process.env.SALLYPORT_MANAGEMENT_KEY;
