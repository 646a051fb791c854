// The official SDK, pointed at your own server. An existing integration has to change nothing else.
import { Authsignal } from '@authsignal/node';

// `npm start` writes these two on its first start. Variables that are already set take precedence over the file.
const credentialsFile = '.sallyport/credentials.env';
try {
  process.loadEnvFile(credentialsFile);
} catch {
  // There is no file, so the variables must be in the environment.
}
const { SALLYPORT_URL: apiUrl, SALLYPORT_SECRET_KEY: apiSecretKey } = process.env;
if (!apiUrl || !apiSecretKey) {
  console.error(
    `Set SALLYPORT_URL (ending in /v1) and SALLYPORT_SECRET_KEY, or run "npm start" here first: it writes ${credentialsFile}.`,
  );
  process.exit(1);
}

export const authsignal = new Authsignal({ apiUrl, apiSecretKey });

// For calls that the SDK does not have: explanations, and the management API.
export { apiUrl, apiSecretKey as secretKey };
export const managementKey = process.env.SALLYPORT_MANAGEMENT_KEY;
