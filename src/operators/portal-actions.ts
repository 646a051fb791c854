/** What operators prove in the tenant of the portal, as codes of its actions. Nobody else tracks actions there. */
export const portalActions = {
  signIn: 'portal-sign-in',
  invitation: 'portal-invitation',
  stepUp: 'portal-step-up',
} as const;
