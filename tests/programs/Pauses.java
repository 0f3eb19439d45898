import java.util.ArrayList;
import java.util.List;

/** Fills a small heap with what lives on, so that every collection has much to copy. */
public class Pauses {
    public static void main(String[] arguments) {
        long end = System.nanoTime() + (long) (1e9 * Double.parseDouble(arguments[0]));
        List<int[]> kept = new ArrayList<>();
        while (System.nanoTime() < end) {
            kept.add(new int[1024]);
            if (kept.size() > 100_000) {
                kept.subList(0, 50_000).clear();
            }
        }
    }
}
