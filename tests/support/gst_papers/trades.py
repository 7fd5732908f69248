"""GST invoices of twelve trades, typed: layouts that the drawn ones do not have."""

MARKETPLACE = """\
 bazaar.example                                                       Tax Invoice/Bill of Supply/Cash Memo
                                                                          (Original for Recipient)
 Sold By :                                                                     Billing Address :
 Vasant Retail Private Ltd                                                          Ravi Kumar
 * Rect/Killa Nos. 38//8/2, Village Binola                                     12, MG Road, Indiranagar
 Gurgaon, Haryana, 122413                                                BENGALURU, KARNATAKA, 560038
 IN                                                                                          IN
                                                                    State/UT Code: 29
 PAN No: AALCA0171E                                                      Shipping Address :
 GST Registration No: 06AALCA0171E1Z3                                        Ravi Kumar
                                                                         12, MG Road, Indiranagar
                                                                 BENGALURU, KARNATAKA, 560038
                                                                    State/UT Code: 29
                                                              Place of supply: KARNATAKA
                                                              Place of delivery: KARNATAKA
 Order Number: 402-1234567-7654321                            Invoice Number : DEL5-21033
 Order Date: 12.05.2024                                       Invoice Details : HR-DEL5-1034-2425
                                                              Invoice Date : 13.05.2024

 Sl.                                                      Unit              Net        Tax     Tax     Tax      Total
 No   Description                                         Price      Qty    Amount     Rate    Type    Amount   Amount
 1    Swara Beats 12 Pro Wireless Neckband |            ₹1,016.10  1      ₹1,016.10  18%     IGST    ₹182.90  ₹1,199.00
      SW12PRO ( SWB12 )
      HSN:85183000
      Shipping Charges                                    ₹33.90            ₹33.90     18%     IGST    ₹6.10    ₹40.00
 TOTAL:                                                                                           ₹189.00  ₹1,239.00
 Amount in Words:
 One Thousand Two Hundred Thirty-nine only
                                                                       For Vasant Retail Private Ltd:
                                                                                   Authorized Signatory
 Whether tax is payable under reverse charge - No
"""
DISCOUNT_BELOW = """\
                                          TAX INVOICE                                 ORIGINAL FOR RECIPIENT
 SHREE GANESH TRADERS
 Shop No 4, Gandhi Market, Surat, Gujarat - 395003
 Mobile: 9876543210        GSTIN: 24AADFL2290C1ZS        PAN Number: AADFL2290C
 Invoice No.: SGT/118     Invoice Date: 05/06/2025      Due Date: 05/07/2025
 BILL TO                                               SHIP TO
 Mehta Provision Store                                 Mehta Provision Store
 22, Ring Road, Surat, Gujarat, 395002                 22, Ring Road, Surat, Gujarat, 395002
 Mobile: 9898989898
 GSTIN: 24AAJFN6634H1Z6
 Place of Supply: Gujarat

 S.NO.  ITEMS                    HSN       QTY.       RATE       DISC.        TAX        AMOUNT
 1      Sea Salt 1kg             25010020  50 PCS     24         60           0          1,140
                                                                 (5%)         (0%)
 2      Sesame Oil 1L            15079010  20 BTL     145        145          137.75     2,892.75
                                                                 (5%)         (5%)
 SUBTOTAL                                  70                    ₹ 205        ₹ 137.75   ₹ 4,032.75
 TERMS AND CONDITIONS                                  TAXABLE AMOUNT                   ₹ 3,895
 1. Goods once sold will not be taken back             CGST @2.5%                       ₹ 68.88
                                                       SGST @2.5%                       ₹ 68.87
                                                       Round Off                        ₹ 0.25
                                                       TOTAL AMOUNT                     ₹ 4,033
                                                       Received Amount                  ₹ 0
                                                       Balance                          ₹ 4,033
 Total Amount (in words)
 Four Thousand Thirty Three Rupees
"""
ACCOUNTING = """\
                                       Tax Invoice
 BHARAT AUTO SPARES                     Invoice No.         Dated
 15 Lajpat Nagar, Jalandhar             BAS/24-25/0091      1-Jul-24
 GSTIN/UIN: 03AAKCS4821M1Z9             Delivery Note       Mode/Terms of Payment
 State Name : Punjab, Code : 03
 Consignee (Ship to)                    Reference No. & Date.   Other References
 Kapoor Motors                          PO-88 dt. 28-Jun-24
 44 GT Road, Ludhiana                   Buyer's Order No.   Dated
 GSTIN/UIN : 03ABKPK7712Q1Z9            PO-88               28-Jun-24
 State Name : Punjab, Code : 03         Dispatch Doc No.    Delivery Note Date
 Buyer (Bill to)                        Dispatched through  Destination
 Kapoor Motors                          By Road             Ludhiana
 44 GT Road, Ludhiana
 GSTIN/UIN : 03ABKPK7712Q1Z9
 State Name : Punjab, Code : 03
 Place of Supply : Punjab
 Sl  Description of Goods          HSN/SAC  Quantity   Rate     per  Disc. %  Amount
 No.
 1   Brake Shoe Set                87083000 10 SET     450.00   SET  10 %     4,050.00
     Batch : BX-22
 2   Clutch Plate                  87089300 4 NOS      1,200.00 NOS           4,800.00
                                                                              8,850.00
     CGST                                                                     1,239.00
     SGST                                                                     1,239.00
 Less :  Round Off                                                            (-)0.00
     Freight Outward                                                          100.00
             Total                          14 NOS                            ₹ 11,428.00
 Amount Chargeable (in words)                                                 E. & O.E
 INR Eleven Thousand Four Hundred Twenty Eight Only
 HSN/SAC        Taxable     CGST              SGST/UTGST         Total
                Value       Rate    Amount    Rate     Amount    Tax Amount
 87083000       4,050.00    14%     567.00    14%      567.00    1,134.00
 87089300       4,800.00    14%     672.00    14%      672.00    1,344.00
 Total          8,850.00            1,239.00           1,239.00  2,478.00
 Tax Amount (in words) : INR Two Thousand Four Hundred Seventy Eight Only
"""
PHARMACY = """\
                              M/s. KRISHNA MEDICAL AGENCIES
                       D.L. No: 20B-12345  21B-12346
                       GSTIN : 23AALFA4466P1Z0    Indore (M.P.)
 GST INVOICE                                      Invoice No : 004512
 M/s. Anand Chemist                              Date : 14-08-2024
 Vijay Nagar Indore                               Due Date: 28-08-2024
 GSTIN : 23BHGPM2841K1ZQ
 Qty  Free  Pack   Product Name        Batch    Exp    HSN    MRP      Rate    Disc%  GST%  Amount
 10   1     15TAB  PAN 40 TAB          PX2201   08/26  3004   155.00   110.71  2.00   12.00 1084.96
 20   2     10TAB  FEVEX 650           CR8812   01/27  3004   33.60    24.00   0.00   12.00 480.00
 5    0     200ML  COUGHEX SYRUP       BN1020   11/25  3004   165.00   117.86  0.00   12.00 589.30
 GST 12.00%  on 2154.26   SGST 129.26  CGST 129.26                    SUB TOTAL      2154.26
                                                                      SGST           129.26
                                                                      CGST           129.26
                                                                      ROUND OFF      0.22
 Rs. Two Thousand Four Hundred Thirteen Only                          GRAND TOTAL    2413.00
                                                           For KRISHNA MEDICAL AGENCIES
                                                                   Authorised Signatory
"""
SERVICES = """\
 TAX INVOICE
 Zenith Software Services Pvt Ltd
 4th Floor, Tower B, Cyber City, Hyderabad, Telangana 500081
 GSTIN: 36AAGCM9015D1Z3
 To,                                               Invoice Number: ZS-2025-014
 The Accounts Manager                              Invoice Date: 2 February 2025
 Delta Exports Limited                             PO No: 7781
 SEZ Unit 5, Vizag, Andhra Pradesh 530046          Place of Supply: 37 - Andhra Pradesh
 GSTIN: 37AABFH5540J1ZQ

 #  Description of Service            SAC      Hours   Rate/Hr     Taxable Value   IGST 18%     Total (INR)
 1  Software development - January    998314   160     2,500.00    4,00,000.00     72,000.00    4,72,000.00
 2  Support                           998313   40      1,500.00    60,000.00       10,800.00    70,800.00
    Total                                                          4,60,000.00     82,800.00    5,42,800.00
 Total Invoice Value (in figures): Rs. 5,42,800.00
 Total Invoice Value (in words): Rupees Five Lakh Forty Two Thousand Eight Hundred Only
 Amount of Tax subject to Reverse Charge: NIL
"""
WHOLE_RUPEES = """\
 TAX INVOICE (Rule 46)
 Name of Supplier : Vindhya Ceramics         Invoice No : VC-77
 GSTIN : 08BHGPM2841K1ZC                     Date : 3rd March, 2024
 Address : 14 Kota Road, Jaipur 302001       State : Rajasthan  Code : 08
 Buyer's Name : Raj Tiles House
 Buyer GSTIN : 08ABKPK7712Q1ZZ
 Place of Supply : Rajasthan
 Sr  Particulars                HSN    Qty      Rate       Amount
 1   Wall Tile 30x45 cm         6907   120 BOX  385        46200
 2   Floor Tile 60x60 cm        6907   85 BOX   640        54400
                                       Total Rs.           100600
                                       Less Disc. 2%       2012
                                       Taxable Value       98588
                                       CGST 9%             8872.92
                                       SGST 9%             8872.92
                                       Freight             1500
                                       G. Total            117834
 Rs. One Lakh Seventeen Thousand Eight Hundred Thirty Four only
 For Vindhya Ceramics
 Auth. Signatory
"""
CREDIT_NOTE = """\
 CREDIT NOTE
 Orbit Tools Pvt Ltd
 Plot 9 Peenya Bengaluru 560058
 GSTIN 29AAKCS4821M1ZA
 Credit Note No : CN/25/019         Date : 11-11-2025
 Against Invoice No : OT/25/881     Invoice Date : 01-11-2025
 To: Sigma Works, 4 Hosur Road, Bengaluru - 560030   GSTIN 29ABKPK7712Q1ZV
 Description        HSN       Qty    Rate      Amount
 Drill Bit Set      82075000  (2)    1,500.00  (3,000.00)
                              IGST 18%         (540.00)
                              Total            (3,540.00)
"""
FREELANCE = """\
 INVOICE
 From: Asha Design Studio
 22 Park Street, Kolkata, West Bengal 700016
 GSTIN: 19AABFH5540J1ZB
 To: Beacon Media Pvt Ltd
 90 Residency Road, Bengaluru, Karnataka - 560025
 GSTIN: 29AADFL2290C1ZI
 Invoice Number: 2025-26/041
 Invoice Date: 15 Apr 2025
 Due Date: 30 Apr 2025
 Description                                   SAC       Amount (INR)
 Logo design and brand guidelines              998391    75,000.00
 Website landing page                          998314    40,000.00
 Subtotal                                                1,15,000.00
 IGST (18%)                                              20,700.00
 Total                                                   1,35,700.00
 TDS @10% deducted                                       (11,500.00)
 Balance Due                                             1,24,200.00
 Amount in words: One Lakh Thirty-Five Thousand Seven Hundred Rupees Only
"""
FERTILISER = """\
                              GLOBAL AGRO CHEMICALS PVT. LTD.
              Regd. Office: 501, Trade Centre, BKC, Mumbai - 400051, Maharashtra
              CIN: U24110MH2001PTC123456  PAN: AAGCM9015D  GSTIN: 27AAGCM9015D1ZL
                                     TAX INVOICE
 IRN : 9f2c1b7a0d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a
 Ack No : 172410123456789   Ack Date : 15-Sep-24
 Invoice No. : GAC/2425/1189            e-Way Bill No. : 241012345678
 Invoice Date : 14-Sep-2024             Vehicle No : MH-04-AB-1234
 Details of Buyer (Billed to)                      Details of Consignee (Shipped to)
 Name : Narmada Fertilisers                        Name : Narmada Fertilisers - Depot
 Address : GIDC Estate, Ankleshwar                 Address : Plot 9, Hazira
 State : Gujarat      State Code : 24              State : Gujarat    State Code : 24
 GSTIN : 24AADFL2290C1ZS                           GSTIN : 24AADFL2290C1ZS
 Sr. Description         HSN      No. of  Qty       Unit  Rate       Disc.   Taxable       IGST
 No.                     Code     Pkgs                               Amt     Value         Rate   Amount
 1   Urea 46% N 50kg     31021000 40      2000.000  KGS   26.50      1000.00 52000.00      5%     2600.00
 2   Zinc Sulphate       28332930 10      250.000   KGS   88.00      0.00    22000.00      18%    3960.00
 3   Empty Drums         73101090 5       5.000     NOS   400.00     0.00    2000.00       18%    360.00
     Total                        55                                 1000.00 76000.00             6920.00
 Freight @ 18%                                                               1500.00
 GST on Freight                                                              270.00
 TCS u/s 206C @ 0.100%                                                       84.69
 Rounded Off                                                                 0.31
 Total Invoice Value                                                         84775.00
 Amount in words : Rupees Eighty Four Thousand Seven Hundred Seventy Five Only
 Whether tax is payable under reverse charge : No
"""
RESTAURANT = """\
 Cafe Madras                                 GSTIN: 27AAKCS4821M1ZW
 Matunga, Mumbai 400019                      Bill No: 8821    Date: 05/01/2025 13:22
 Table 4
 Item                    Qty     Rate     Amount
 Masala Dosa             2       120.00   240.00
 Filter Coffee           3       60.00    180.00
 Sub Total                                420.00
 CGST @2.5%                               10.50
 SGST @2.5%                               10.50
 Round Off                                0.00
 Grand Total                              441.00
"""
JEWELLER = """\
 TAX INVOICE
 Seller: Kanchan Jewellers, Zaveri Bazaar, Mumbai    GSTIN 27AALFA4466P1ZS
 Invoice: KJ-0912   Dated: 2-11-2024
 Customer: Mrs Leela Shah   PAN: ABCPS1234K   State: 27
 Particulars           HSN   Gross Wt  Net Wt  Rate/gm   Making   Amount
 Gold Ring 22K         7113  5.200     5.100   7,100     1,800    38,010.00
 Silver Bowl           7114  110.000   110.000 92        500      10,620.00
 Total                                                            48,630.00
 Less: Old Gold Exchange                                          10,000.00
 CGST 1.5%                                                        729.45
 SGST 1.5%                                                        729.45
 Net Payable                                                      40,088.90
"""
TWO_PAGES = """\
  Page 1 of 2                        TAX INVOICE
 Universal Bearings                        Invoice No: UB-4432
 SIDCO Estate, Coimbatore 641021           Date: 12/08/2025
 GSTIN: 33AAKCS4821M1ZF
 Buyer: Velan Pumps                        Place of Supply: 33-Tamil Nadu
 GSTIN: 33AABFH5540J1ZC
 S.No  Description    HSN      Qty  Rate    Value     GST%  CGST    SGST    Total
 1     Bearing 6204   84821011 100  145.00  14500.00  18    1305.00 1305.00 17110.00
 2     Bearing 6205   84821011 50   170.00  8500.00   18    765.00  765.00  10030.00
 3     Oil Seal       40169330 200  12.50   2500.00   18    225.00  225.00  2950.00
 Page Total                                 25500.00        2295.00 2295.00 30090.00
                                                                  continued...
\f  Page 2 of 2                        TAX INVOICE
 Universal Bearings                        Invoice No: UB-4432
 4     V Belt B52     40103999 24   310.00  7440.00   18    669.60  669.60  8779.20
 5     Grease 1kg     34031900 12   280.00  3360.00   18    302.40  302.40  3964.80
 Grand Total                                36300.00        3267.00 3267.00 42834.00
 Rupees Forty Two Thousand Eight Hundred Thirty Four Only
"""
