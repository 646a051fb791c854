/** Every sentence that end users read. A language is one value of this type, so a missing translation does not compile. */
export interface Texts {
  readonly magicLinkMail: {
    readonly subject: (tenantName: string) => string;
    readonly intro: (tenantName: string) => string;
    readonly button: string;
    readonly validity: (minutes: number) => string;
    readonly warning: string;
  };
  readonly codeMail: {
    /** The code first: it is what a notification shows. */
    readonly subject: (code: string, tenantName: string) => string;
    readonly intro: (tenantName: string) => string;
    readonly validity: (minutes: number) => string;
    readonly warning: string;
  };
  readonly noticeMail: {
    /** A way to verify, as it stands at the beginning of a sentence. */
    readonly methodName: (verificationMethod: string) => string;
    readonly 'authenticator-added': MethodNotice;
    readonly 'authenticator-removed': MethodNotice;
    readonly 'method-locked': MethodNotice;
    readonly 'recovery-code-used': CodesNotice;
    readonly 'recovery-codes-made': CodesNotice;
    /** What to do if it was somebody else. */
    readonly advice: (tenantName: string) => string;
  };
}

interface NoticeTexts {
  readonly subject: string;
  readonly fact: string;
}

type MethodNotice = (tenantName: string, method: string, time: string) => NoticeTexts;
type CodesNotice = (tenantName: string, codesLeft: number, time: string) => NoticeTexts;
