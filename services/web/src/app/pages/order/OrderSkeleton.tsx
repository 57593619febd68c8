import { Skeleton, Stack } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

/** An order before it is loaded, as high as most of them. */
export function OrderSkeleton() {
  const words = useWords(common);
  return (
    <Page title={words.order} subtitle={<Skeleton height="1.2rem" width="16rem" />}>
      <Stack gap="lg" aria-busy="true">
        <Skeleton height="9rem" radius="md" />
        <Skeleton height="16rem" radius="md" />
        <Skeleton height="12rem" radius="md" />
      </Stack>
    </Page>
  );
}
