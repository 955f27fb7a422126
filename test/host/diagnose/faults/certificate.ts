import { makeCertificate } from "../../support/certificates.ts";
import { type Fault, reload } from "../support/fault.ts";

/** Another certificate in the place of the one that was deployed. */
const strange = (make: string) => `
folder=/etc/geo-system/certificates/strange; mkdir -p $folder; cd $folder
${make}
ln -sfT $folder /etc/geo-system/certificate; ${reload}`;
const certificate = (name: string) =>
  strange(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout privkey.pem -out fullchain.pem -subj /CN=x -addext subjectAltName=${name} 2> /dev/null`,
  );
const { chain, key } = await makeCertificate(-1);
const relink = [
  'HOST "test -e /etc/geo-system/certificates/GENERATED/fullchain.pem && sudo ln -sfT /etc/geo-system/certificates/GENERATED /etc/geo-system/certificate && sudo nginx -t && sudo systemctl reload-or-restart nginx"',
];

export const certificateFaults: Fault[] = [
  {
    name: "certificate expired",
    always: true,
    breaks: strange(`echo '${chain}' > fullchain.pem; echo '${key}' > privkey.pem`),
    hop: "certificate",
    cause: "the certificate has expired, on DATE; it is not the one that was deployed",
    fix: relink,
  },
  {
    name: "certificate for another name",
    breaks: certificate("DNS:shop.example"),
    hop: "certificate",
    cause: "the certificate is for shop.example, not for ADDRESS; it is not the one that was deployed",
    fix: relink,
  },
  {
    name: "key with a passphrase",
    breaks: `${certificate("IP:ADDRESS")}
openssl pkey -in privkey.pem -aes256 -passout pass:x -out locked.pem && mv locked.pem privkey.pem; systemctl restart nginx || true`,
    hop: "certificate",
    cause:
      "the private key beside /etc/geo-system/certificate/fullchain.pem cannot be read: it has a passphrase, or is no key",
    fix: relink,
  },
  {
    name: "certificate missing",
    breaks:
      "ln -sfT /etc/geo-system/certificates/none /etc/geo-system/certificate; systemctl restart nginx || true",
    hop: "certificate",
    cause: "the certificate /etc/geo-system/certificate/fullchain.pem is missing",
    fix: relink,
  },
  {
    name: "key of another certificate",
    breaks: `${certificate("IP:ADDRESS")}
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out privkey.pem; systemctl restart nginx || true`,
    hop: "certificate",
    cause: "the private key beside /etc/geo-system/certificate/fullchain.pem belongs to another certificate",
    fix: relink,
  },
];
