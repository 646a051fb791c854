import { appCredentialRoutes } from '../../contract/client/app-credentials.ts';
import { verifyInApp } from './verify-contract.ts';

export const {
  find: findInAppCredential,
  add: addInAppCredential,
  remove: removeInAppCredential,
} = appCredentialRoutes('in-app', 'InApp', 'for in-app proofs');

export const routes = [findInAppCredential, addInAppCredential, removeInAppCredential, verifyInApp];
