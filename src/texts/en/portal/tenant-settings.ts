/** Of `screens/settings/tenant-settings.tsx`. */
export const tenantSettingsTexts = {
  theTenant: 'The tenant',
  deciding: 'Deciding',
  changingAuthenticators: 'Changing authenticators',
  pages: 'Pages',
  twoPeople: 'Two people',
  access: 'Access',
  retention: 'Retention',
  tenant: 'Tenant',
  tenantNotLoaded: 'The tenant did not load',
  tenantLoading: 'The tenant is loading',
  more: 'More',
  saved: 'Saved',
} as const;
