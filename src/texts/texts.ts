/** Every sentence that end users read. A language is one value of this type, so a missing translation does not compile. */
export interface Texts {
  readonly challengePage: {
    readonly title: string;
    readonly expired: { readonly heading: string; readonly body: string };
    readonly waiting: { readonly heading: string; readonly body: (tenantName: string) => string };
  };
  readonly smsCodeEntry: { readonly heading: string };
  readonly codeMail: {
    /** The code first: it is what a notification shows. */
    readonly subject: (code: string, tenantName: string) => string;
    readonly intro: (tenantName: string) => string;
    readonly validity: (minutes: number) => string;
    readonly warning: string;
  };
}
