import { Stack } from "@mantine/core";
import { Hero } from "@/features/catalogue/Hero";
import { NewestProducts } from "@/features/catalogue/NewestProducts";
import { TopCategories } from "@/features/catalogue/TopCategories";

/** The shop's front: what it is, what one can get, and what is new. */
export function HomePage() {
  return (
    <Stack gap="lg">
      <Hero />
      <TopCategories />
      <NewestProducts />
    </Stack>
  );
}
