import { appCredentialRoutes } from '../../contract/client/app-credentials.ts';

export const {
  find: findPushCredential,
  add: addPushCredential,
  remove: removePushCredential,
} = appCredentialRoutes('push', 'Push', 'for push');

export const routes = [findPushCredential, addPushCredential, removePushCredential];
