import type { PageTexts } from '../page-texts.ts';

/** Brazilian Portuguese. */
export const ptBrPages: PageTexts = {
  'common.title': 'Confirme que é você',
  'common.back': 'Voltar',
  'common.otherWay': 'Tentar de outra forma',
  'common.continue': 'Continuar',
  'common.cancel': 'Cancelar',
  'common.retry': 'Tentar novamente',
  'common.wait': 'Um momento…',
  'common.slow': 'Está demorando mais que o normal. Ainda estamos tentando.',
  'common.offline': 'Você está sem conexão. Verifique-a; esta página continuará daqui.',
  'common.online': 'Você está conectado novamente.',
  'common.securedBy': 'Protegido por Sallyport',
  'common.recommended': 'Recomendado',
  'common.closable': 'Você pode fechar esta página.',
  'common.close': 'Fechar',

  'no-script.heading': 'O JavaScript está desativado',
  'no-script.description':
    'Esta página precisa de JavaScript para confirmar que é você. Ative-o nas configurações do navegador e recarregue a página.',

  'problem.network': 'Não conseguimos acessar o servidor. Verifique sua conexão e tente novamente.',
  'problem.unexpected': 'Algo deu errado do nosso lado. Tente novamente.',
  'problem.wrongCode': 'Esse código não está certo ou expirou. Verifique-o e tente novamente.',
  'problem.codeIncomplete': 'Digite todos os {count} dígitos do código.',
  'problem.codeMissing': 'Digite o código primeiro.',
  'problem.tooManyTries': 'Muitas tentativas. Você poderá tentar novamente em {time}.',
  'problem.tooManyTriesNow': 'Muitas tentativas. Espere um pouco ou tente de outra forma.',
  'problem.mayTryAgain': 'Você já pode tentar novamente.',
  'problem.locked': 'Muitas tentativas. Esta forma está bloqueada; use outra ou peça ajuda a {tenantName}.',
  'problem.tooManySent': 'Foram pedidas mensagens demais. Espere um pouco antes de pedir outra.',
  'problem.delivery': 'Não foi possível enviar a mensagem. Tente de outra forma ou mais tarde.',
  'problem.notPermitted': 'Isso não é possível aqui. Tente de outra forma.',
  'problem.emailInvalid': 'Digite um endereço de e-mail, como nome@example.com.',
  'problem.nameEmpty': 'Digite um nome.',
  'problem.copy': 'Não é possível copiar aqui. Selecione o texto.',

  'method.PASSKEY': 'Chave de acesso',
  'method.SECURITY_KEY': 'Chave de segurança',
  'method.AUTHENTICATOR_APP': 'App autenticador',
  'method.EMAIL_OTP': 'Código por e-mail',
  'method.EMAIL_MAGIC_LINK': 'Link por e-mail',
  'method.RECOVERY_CODE': 'Código de recuperação',
  'method.SMS': 'Mensagem de texto',
  'method.WHATSAPP': 'WhatsApp',
  'method.other': 'Outra forma',
  'method-hint.PASSKEY': 'Sua digital, seu rosto ou o bloqueio de tela',
  'method-hint.SECURITY_KEY': 'Uma chave que se conecta ou aproxima',
  'method-hint.AUTHENTICATOR_APP': 'Um código de um app no celular',
  'method-hint.EMAIL_OTP': 'Enviamos um código para você',
  'method-hint.EMAIL_MAGIC_LINK': 'Enviamos um link para você abrir',
  'method-hint.RECOVERY_CODE': 'Um dos códigos que você guardou',

  'method-select.heading': 'Confirme que é você',
  'method-select.description': 'Escolha como.',
  'enroll-select.heading': 'Configure seu acesso',
  'enroll-select.description': 'Escolha como {tenantName} saberá que é você.',

  'code.label': 'Código',
  'code.resend': 'Enviar um novo código',
  'code.resendIn': 'Você poderá pedir um novo código em {time}.',
  'code.resent': 'Um novo código está a caminho. Os anteriores não valem mais.',

  'sms-code-entry.heading': 'Digite o código que enviamos',

  'email-code-entry.heading': 'Veja seu e-mail',
  'email-code-entry.description': 'Digite o código que enviamos para <identifier>{identifier}</identifier>.',
  'email-code-entry.primaryCta': 'Confirmar',
  'email-code-entry.deliveryWarning': 'Pode levar alguns minutos para chegar. Veja também a caixa de spam.',

  'email-address-entry.heading': 'Qual é seu endereço de e-mail?',
  'email-address-entry.description': '{tenantName} vai usá-lo para verificar que é você.',
  'email-address-entry.label': 'Endereço de e-mail',
  'email-address-entry.primaryCta': 'Continuar',
  'email-address-entry.other': 'Usar outro endereço',

  'email-link-sent.heading': 'Abra o link que enviamos',
  'email-link-sent.description':
    'Ele foi enviado para <identifier>{identifier}</identifier>. Abra-o em qualquer dispositivo; esta página continuará sozinha.',
  'email-link-sent.waiting': 'Esperando você abrir o link…',
  'email-link-sent.resend': 'Enviar um novo link',
  'email-link-sent.resendIn': 'Você poderá pedir um novo link em {time}.',
  'email-link-sent.resent': 'Um novo link está a caminho. Os anteriores não valem mais.',

  'magic-link.heading': 'Confirmar a {tenantName} que é você?',
  'magic-link.description': 'Confirme somente se você acabou de pedir isto, no dispositivo abaixo.',
  'magic-link.primaryCta': 'Sim, sou eu',
  'magic-link.secondaryCta': 'Não, não fui eu',
  'magic-link.action': 'Para',
  'magic-link.device': 'Dispositivo',
  'magic-link.place': 'Local',
  'magic-link.time': 'Pedido em',
  'magic-link-done.heading': 'Confirmado',
  'magic-link-done.description': 'Volte para onde você pediu: {tenantName} continua lá. Você pode fechar esta página.',
  'magic-link-done.primaryCta': 'Continuar',
  'magic-link-denied.heading': 'Obrigado por avisar',
  'magic-link-denied.description':
    'O link não vale mais, e {tenantName} sabe que não foi você. Você pode fechar esta página.',
  'magic-link-over.heading': 'Este link não vale mais',
  'magic-link-over.description': 'Ele foi usado, expirou ou está incompleto. Volte para onde estava e peça outro.',
  'magic-link-over.advice': 'Se você não pediu este link, avise {tenantName}.',

  'totp-code-entry.heading': 'Digite o código do seu app',
  'totp-code-entry.description': 'Abra seu app autenticador e digite o código que ele mostra para {tenantName}.',
  'totp-code-entry.primaryCta': 'Confirmar',

  'totp-download.heading': 'Ainda não tem um app autenticador?',
  'totp-download.description':
    'Qualquer app que cria códigos serve, como o do seu gerenciador de senhas. Na loja do celular há vários.',

  'totp-setup.heading': 'Conecte seu app',
  'totp-setup.description': 'Escaneie esta imagem com seu app autenticador e digite o código que ele mostra.',
  'totp-setup.onPhone':
    'Abra daqui seu app autenticador ou escaneie a imagem com outro dispositivo. Depois digite o código que ele mostra.',
  'totp-setup.imageLabel': 'Código QR para seu app autenticador',
  'totp-setup.secretLabel': 'Não consegue escanear? Digite esta chave no app:',
  'totp-setup.openApp': 'Abrir em um app deste dispositivo',
  'totp-setup.copy': 'Copiar a chave',
  'totp-setup.copied': 'Copiado.',
  'totp-setup.primaryCta': 'Confirmar',

  'passkey-verify.heading': 'Use sua chave de acesso',
  'passkey-verify.description': 'Confirme com sua digital, seu rosto ou o bloqueio de tela.',
  'passkey-verify.primaryCta': 'Usar chave de acesso',
  'passkey-verify.waiting': 'Siga seu dispositivo…',
  'passkey-verify.cancelled': 'Foi cancelado ou demorou demais. Você pode tentar novamente.',
  'passkey-verify.refused': 'Esta chave de acesso não foi aceita. Tente novamente ou de outra forma.',
  'passkey-verify.unsupported':
    'Este navegador não pode usar chaves de acesso aqui. Tente de outra forma ou abra esta página em outro navegador.',

  'passkey-create.heading': 'Crie uma chave de acesso',
  'passkey-create.description':
    'Na próxima vez você confirma com sua digital, seu rosto ou o bloqueio de tela. Sem código, sem senha.',
  'passkey-create.primaryCta': 'Criar chave de acesso',
  'passkey-create.waiting': 'Siga seu dispositivo…',
  'passkey-create.cancelled': 'Nenhuma chave de acesso foi criada. Você pode tentar novamente.',
  'passkey-create.exists': 'Este dispositivo já tem uma chave de acesso sua.',
  'passkey-create.refused': 'Esta chave não foi aceita. Tente outra, como uma chave de segurança, ou use outra forma.',

  'passkey-uplift.heading': 'Mais rápido na próxima vez',
  'passkey-uplift.description':
    'Crie uma chave de acesso e confirme com sua digital, seu rosto ou o bloqueio de tela. Ela também protege contra sites falsos.',
  'passkey-uplift.primaryCta': 'Criar chave de acesso',
  'passkey-uplift.secondaryCta': 'Agora não',

  'security-key-verify.heading': 'Use sua chave de segurança',
  'security-key-verify.description': 'Conecte-a ou aproxime-a do dispositivo e toque nela.',
  'security-key-verify.primaryCta': 'Usar chave de segurança',

  'security-key-create.heading': 'Adicione uma chave de segurança',
  'security-key-create.description':
    'Tenha a chave à mão. Conecte-a ou aproxime-a do dispositivo quando o navegador pedir.',
  'security-key-create.primaryCta': 'Adicionar chave de segurança',
  'security-key-create.cancelled': 'Nenhuma chave foi adicionada. Você pode tentar novamente.',
  'security-key-create.exists': 'Esta chave já foi adicionada.',

  'recovery-code-entry.heading': 'Digite um código de recuperação',
  'recovery-code-entry.description': 'Use um dos códigos que você guardou na configuração. Cada um vale uma vez.',
  'recovery-code-entry.label': 'Código de recuperação',
  'recovery-code-entry.primaryCta': 'Confirmar',

  'recovery-codes-show.heading': 'Guarde bem estes códigos',
  'recovery-codes-show.description':
    'Com um deles você entra se perder seu dispositivo. Eles são mostrados só desta vez.',
  'recovery-codes-show.primaryCta': 'Continuar',
  'recovery-codes-show.keepFirst': 'Copie ou baixe os códigos, ou marque a caixa depois de anotá-los.',
  'recovery-codes-show.kept': 'Já guardei',
  'recovery-codes-show.copy': 'Copiar',
  'recovery-codes-show.copied': 'Copiado.',
  'recovery-codes-show.download': 'Baixar',
  'recovery-codes-show.fileName': 'codigos-de-recuperacao',

  'settings.heading': 'Como você confirma que é você',
  'settings.description': 'Estas formas protegem o que você faz em {tenantName}.',
  'settings.empty': 'Ainda não há nada configurado.',
  'settings.add': 'Adicionar outra forma',
  'settings.added': 'Adicionado em {date}',
  'settings.recoveryCodes': 'Códigos de recuperação',
  'settings.codesLeft': 'Códigos restantes: {count}',
  'settings.lastUsed': 'último uso em {date}',
  'settings.heldUntil': 'Só poderá ser usada por completo a partir de {time}',
  'settings.heldWhy':
    'Foi adicionada com um código de recuperação ou com uma forma menos forte. Se não foi você, remova-a e avise {tenantName} imediatamente.',
  'settings.default': 'Padrão',
  'settings.makeDefault': 'Usar como padrão',
  'settings.madeDefault': 'Agora é sua forma padrão.',
  'settings.rename': 'Renomear',
  'settings.renameLabel': 'Nome',
  'settings.save': 'Salvar',
  'settings.renamed': 'Renomeado.',
  'settings.change': 'Alterar',
  'settings.remove': 'Remover',
  'settings.removeHeading': 'Remover “{name}”?',
  'settings.removeDescription': 'Você não poderá mais usar. Isso não pode ser desfeito.',
  'settings.removed': 'Removido.',
  'settings.lastOne': 'É sua única forma de entrar, então não pode ser removida. Adicione outra antes.',
  'settings.lastPasskey': 'É sua última chave de acesso, então não pode ser removida. Adicione outra antes.',
  'settings.newRecoveryCodes': 'Criar novos códigos de recuperação',
  'settings.newRecoveryCodesDescription': 'Os códigos que você tem agora deixarão de valer.',
  'settings.done': 'Pronto',
  'settings.proveFirst': 'Para mudar algo aqui, confirme com a forma mais forte que você tem.',

  'enroll-success.heading': 'Tudo pronto',
  'enroll-success.description': 'A partir de agora você pode confirmar que é você com:',
  'enroll-success.primaryCta': 'Continuar',

  'challenge-success.heading': 'Confirmado',
  'challenge-success.description': 'Você confirmou isto a {tenantName}. Você pode fechar esta página.',
  'challenge-success.leaving': 'Voltando para {tenantName}…',

  'challenge-quit.heading': 'Você parou aqui',
  'challenge-quit.description': 'Nada foi confirmado. Você pode fechar esta página ou continuar mesmo assim.',
  'challenge-quit.primaryCta': 'Continuar mesmo assim',

  'session-expired.heading': 'Esta página expirou',
  'session-expired.description': 'Nada foi alterado. Volte para onde estava e comece de novo.',
  'session-expired.primaryCta': 'Voltar',

  'challenge-blocked.heading': 'Interrompemos esta solicitação',
  'challenge-blocked.description': 'É para proteger você. Se for um engano, peça ajuda a {tenantName}.',
  'challenge-blocked.primaryCta': 'Voltar',

  'challenge-failed.heading': 'Isto foi recusado',
  'challenge-failed.description':
    'Não foi confirmado, então nada foi feito. Você pode começar de novo em {tenantName}.',
  'challenge-failed.primaryCta': 'Voltar',

  'challenge-review.heading': 'Isto está em análise',
  'challenge-review.description': '{tenantName} está verificando. Você não precisa fazer mais nada aqui.',
  'challenge-review.primaryCta': 'Voltar',

  'cannot-confirm.heading': 'Isto não pode ser confirmado aqui',
  'cannot-confirm.description':
    'Nenhuma das formas que você configurou pode ser usada para isto. Peça ajuda a {tenantName}.',
  'cannot-confirm.primaryCta': 'Voltar',

  'generic-error.heading': 'Algo deu errado',
  'generic-error.description': 'A culpa não é sua, e nada foi alterado. Tente novamente.',
  'generic-error.primaryCta': 'Tentar novamente',

  'failure-busy.heading': 'Não é possível agora',
  'failure-busy.description': 'A culpa não é sua. Tente novamente em instantes.',
  'failure-missing.heading': 'Não há nada aqui',
  'failure-missing.description': 'O endereço está incompleto ou tem um erro. Volte para onde estava e comece de novo.',
  'failure-again.description': 'A culpa não é sua. Volte para onde estava e tente novamente.',
  'failure.reference': 'Referência: {id}',
};
