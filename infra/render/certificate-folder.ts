/** Where nginx finds the certificate in use; the script keeps each one in a folder of its own behind this link. */
export const certificateFolder = "/etc/geo-system/certificate";
