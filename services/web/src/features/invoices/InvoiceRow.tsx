import { Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { api, body } from "@/api/client";
import type { Invoice } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { day, money } from "@/ui/format";
import { saveFile } from "@/ui/saveFile";
import classes from "./Invoices.module.css";

/** One document, with its file. */
export function InvoiceRow({ invoice }: { invoice: Invoice }) {
  const w = useWords(checkout);
  const { id, number, kind, issuedAt, total, refersTo } = invoice;
  const download = useMutation({
    mutationFn: () => body(api.GET("/api/v1/invoices/{id}/pdf", { params: { path: { id } }, parseAs: "blob" })),
    onSuccess: (file) => saveFile(file as Blob, `${number}.pdf`),
  });
  return (
    <li className={classes.item}>
      <div>
        <Text component="span" fw={600} className="figures">
          {number}
        </Text>
        <Text size="sm" c="dimmed">
          {`${w.invoiceKind[kind]} · ${day(issuedAt)}`}
          {refersTo && ` · ${w.refersTo(refersTo)}`}
        </Text>
      </div>
      <Text component="span" className={`figures ${classes.total}`}>
        {money(total)}
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Download size={14} aria-hidden="true" />}
        loading={download.isPending}
        aria-label={w.downloadInvoice(number)}
        onClick={() => download.mutate()}
      >
        PDF
      </Button>
      {download.isError && (
        <div className={classes.failure}>
          <FailureNote error={download.error} onRetry={() => download.mutate()} />
        </div>
      )}
    </li>
  );
}
