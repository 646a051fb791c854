export { loadAuthenticatorConfigurations } from './authenticator-configurations.ts';
export type { AuthenticatorConfigurationRow } from './authenticator-configurations.ts';
