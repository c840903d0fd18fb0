// Asks veraPDF's library whether PDFs keep PDF/UA-1 and PDF/A-3: prints PASS or FAIL, and the broken rules.

import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class Validate {
  public static void main(String[] names) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    int bad = 0;
    for (String name : names) for (String standard : new String[] {"ua1", "3a"}) {
      PDFAFlavour flavour = PDFAFlavour.fromString(standard);
      try (FileInputStream in = new FileInputStream(name);
           PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour)) {
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
        ValidationResult result = validator.validate(parser);
        System.out.println((result.isCompliant() ? "PASS " : "FAIL ") + standard + " " + name);
        if (!result.isCompliant()) {
          bad++;
          result.getTestAssertions().stream()
            .filter(a -> a.getStatus() == TestAssertion.Status.FAILED)
            .limit(8)
            .forEach(a -> System.out.println("  " + a.getRuleId().getClause() + "-" + a.getRuleId().getTestNumber() + " " + a.getMessage() + " @ " + a.getLocation().getContext()));
        }
      }
    }
    System.exit(bad);
  }
}
